import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MioError } from '../../lib/index.ts'
import { eventsOf } from '../../lib/server/event_feed.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'

let source: ScriptedSource
let service: TestService

beforeEach(async () => {
  source = new ScriptedSource([await makeJpeg()])
  service = await startService({ sources: [source] })
})

afterEach(async () => {
  await service.close()
  expect(eventsOf(source).size).toBe(0)
})

interface Received {
  id?: string
  event: string
  data: Record<string, unknown>
}

/** Reads events as a browser does. */
class Listener implements AsyncDisposable {
  readonly events: Received[] = []
  ended = false
  readonly #stop = new AbortController()
  readonly answer: Promise<Response>
  readonly #reading: Promise<void>

  constructor(headers: Record<string, string> = {}) {
    this.answer = fetch(`${service.url}/api/events`, { headers, signal: this.#stop.signal })
    this.#reading = this.#read().catch(() => {})
  }

  async #read(): Promise<void> {
    let rest = ''
    for await (const chunk of (await this.answer).body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) this.#take(block)
    }
    this.ended = true
  }

  #take(block: string): void {
    const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s))) as Record<string, string>
    if (fields['event'] === undefined) return
    const data = JSON.parse(fields['data'] ?? '') as Record<string, unknown>
    this.events.push({ ...(fields['id'] && { id: fields['id'] }), event: fields['event'], data })
  }

  async next(matches: (event: Received) => boolean): Promise<Received> {
    return vi.waitFor(
      () => {
        const found = this.events.find(matches)
        if (!found) throw new Error(`only ${JSON.stringify(this.events.map(({ event }) => event))}`)
        return found
      },
      { timeout: 10_000, interval: 10 },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#reading
  }
}

test('the status comes at once and again and again, and keeps no camera awake', async () => {
  await using listener = new Listener()
  const { status, headers } = await listener.answer
  expect({ status, type: headers.get('content-type'), cache: headers.get('cache-control') }).toEqual({
    status: 200,
    type: 'text/event-stream; charset=utf-8',
    cache: 'no-store, no-transform',
  })
  expect((await listener.next(({ event }) => event === 'status')).data).toMatchObject({
    status: 'live',
    cameraId: 'scripted',
  })
  await vi.waitFor(() => expect(listener.events.length).toBeGreaterThan(1), { timeout: 10_000 })
  expect(source.subscribers).toBe(0)
})

test('a change of encoder is told with its reason, and then that the hardware works again', async () => {
  await using listener = new Listener()
  await listener.next(({ event }) => event === 'status')
  const fault = new MioError('ERR_ENCODER', { found: 'it gave up' })
  source.changeEncoder({ name: 'turbojpeg', reason: '/dev/video31: it gave up', fallbacks: 1 }, fault)
  source.changeEncoder({ name: 'v4l2-m2m', reason: 'it takes them', device: '/dev/video31' })
  await listener.next(({ event, data }) => event === 'encoder' && data['encoder'] === 'v4l2-m2m')
  expect(listener.events.filter(({ event }) => event === 'encoder').map(({ data }) => data)).toEqual([
    { encoder: 'turbojpeg', code: 'ERR_ENCODER', reason: '/dev/video31: it gave up', device: null, fallbacks: 1 },
    { encoder: 'v4l2-m2m', code: null, reason: 'it takes them', device: '/dev/video31', fallbacks: 1 },
  ])
})

test('each change of state is told at once', async () => {
  await using listener = new Listener()
  await listener.next(({ event }) => event === 'status')
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'It is gone.' })
  expect((await listener.next(({ event }) => event === 'state')).data).toMatchObject({
    status: 'waiting',
    code: 'ERR_CAMERA_UNPLUGGED',
    reason: 'It is gone.',
  })
})

test('who comes back gets what was missed, once', async () => {
  const first = new Listener()
  await first.next(({ event }) => event === 'status')
  source.change({ status: 'waiting', code: 'ERR_CAMERA_STALLED' })
  const { id } = await first.next(({ event }) => event === 'state')
  await first[Symbol.asyncDispose]()
  source.change({ status: 'starting' })
  source.change({ status: 'live' })
  await using again = new Listener({ 'Last-Event-ID': id! })
  await again.next(({ event }) => event === 'status')
  expect(again.events.filter(({ event }) => event === 'state').map(({ data }) => data['status'])).toEqual([
    'starting',
    'live',
  ])
  await using other = new Listener({ 'Last-Event-ID': 'of-another-run' })
  await other.next(({ event }) => event === 'status')
  expect(other.events.map(({ event }) => event)).not.toContain('state')
})

test('listeners that leave leave nothing', async () => {
  for (let i = 0; i < 20; i++) {
    await using listener = new Listener()
    await listener.next(({ event }) => event === 'status')
  }
  await vi.waitFor(() => expect(eventsOf(source).size).toBe(0))
})

test('stopping ends the feed', async () => {
  await using listener = new Listener()
  await listener.next(({ event }) => event === 'status')
  await service.close(20_000)
  await vi.waitFor(() => expect(listener.ended).toBe(true))
})

test('HEAD answers at once', async () => {
  expect((await fetch(`${service.url}/api/events`, { method: 'HEAD' })).status).toBe(200)
})

test('/api/clients has each viewer in numbers', async () => {
  using _run = source.run()
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  await viewer.until(() => viewer.received > 3)
  const clients = (await (await fetch(`${service.url}/api/clients`)).json()) as object[]
  expect(clients).toEqual([
    {
      id: 1,
      delivery: 'native',
      address: '127.0.0.1',
      since: expect.stringMatching(/^\d{4}-/) as string,
      connectedSeconds: expect.any(Number) as number,
      sent: expect.any(Number) as number,
      skipped: expect.any(Number) as number,
      fps: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
      ageSeconds: expect.any(Number) as number,
    },
  ])
  const [client] = clients as [{ sent: number; bytes: number; ageSeconds: number }]
  expect(client.sent).toBeGreaterThanOrEqual(3)
  expect(client.bytes).toBeGreaterThan(10_000)
  expect(client.ageSeconds).toBeLessThan(10)
})

test('as many may listen as may watch', async () => {
  await using limited = await startService({ sources: [new ScriptedSource([await makeJpeg()])], maxClients: 1 })
  const stop = new AbortController()
  const listen = () => fetch(`${limited.url}/api/events`, { signal: stop.signal })
  expect((await listen()).status).toBe(200)
  const refused = await listen()
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ code: 'ERR_TOO_MANY_CLIENTS' })
  stop.abort()
  // Another kind of client than a viewer.
  await using _viewer = await StreamClient.open(`${limited.url}/stream.mjpg`)
})

test('a change while the feeds end reaches nobody, not even who has not taken what came before', async () => {
  const joined: ServerResponse[] = []
  const server = createServer((_request, response) => {
    joined.push(response)
    eventsOf(source).join(response)
  }).listen(0)
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port).pause()
  client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  const [response] = await vi.waitUntil(() => joined.length > 0 && joined)
  const errors = vi.fn<(error: Error) => void>()
  response!.on('error', errors)
  const message = 'x'.repeat(20_000)
  while (response!.writableLength === 0) {
    source.change({ status: 'live', message })
    // The kernel takes what it can before the next one comes.
    await new Promise((resolve) => setImmediate(resolve))
  }
  eventsOf(source).close()
  expect(response!.writableFinished).toBe(false)
  source.change({ status: 'closed' })
  client.resume()
  await once(client, 'end')
  expect(errors).not.toHaveBeenCalled()
  client.destroy()
  server.close()
})
