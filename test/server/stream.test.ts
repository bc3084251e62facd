import { Socket } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openCamera } from '../../lib/index.ts'
import { boundary } from '../../lib/stream/multipart.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'

let small: Buffer[]
/** Of a size that a stalled connection cannot swallow many of. */
let large: Buffer[]
let source: ScriptedSource

beforeAll(async () => {
  small = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })))
  large = await Promise.all([1, 2].map((seed) => makeJpeg({ width: 1280, height: 720, quality: 100, seed })))
})

beforeEach(() => {
  source = new ScriptedSource(small)
})

afterEach(async () => {
  await vi.waitFor(() => expect(source.lent).toBe(0))
  expect(source.subscribers).toBe(0)
})

describe.each(['native', 'javascript'] as const)('%s delivery', (delivery) => {
  const start = (options: Parameters<typeof startService>[0]): Promise<TestService> =>
    startService({ ...options, delivery: delivery === 'native' ? 'auto' : delivery })

  test('is what serves', async () => {
    await using service = await start({ sources: [source] })
    await using _viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    expect(hubOf(source).delivery).toBe(delivery)
    expect(hubOf(source).clients()).toMatchObject([{ delivery }])
  })

  test.each([
    '/stream.mjpg',
    '/stream',
    '/?action=stream',
    '/webcam/?action=stream',
    '/webcam?action=stream',
    '/cameras/scripted/stream.mjpg',
    '/cameras/cam0/?action=stream',
  ])('%s streams in the wire format', async (path) => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(service.url + path)
    expect(viewer.status).toBe(200)
    for (const picture of small) {
      source.emit()
      const part = await viewer.part()
      expect(part.jpeg.equals(picture)).toBe(true)
      expect(Math.abs(part.timestamp - Date.now())).toBeLessThan(5000)
    }
  })

  test('the answer has the headers that dashboards and proxies need, and no chunks', async () => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg?timestamp=1&cacheBust=2&1763816531`)
    expect(Object.fromEntries(viewer.headers)).toMatchObject({
      'content-type': `multipart/x-mixed-replace; boundary=${boundary}`,
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      connection: 'close',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(viewer.headers.has('transfer-encoding')).toBe(false)
    expect(viewer.headers.has('x-powered-by')).toBe(false)
  })

  test('HEAD answers at once and does not wake the camera', async () => {
    await using service = await start({ sources: [source], maxClients: 1 })
    for (const path of ['/stream.mjpg', '/?action=stream', '/snapshot.jpg']) {
      const answer = await fetch(service.url + path, { method: 'HEAD' })
      expect(answer.status).toBe(200)
      expect(source.subscribers).toBe(0)
    }
  })

  test('OPTIONS allows every origin', async () => {
    await using service = await start({ sources: [source] })
    for (const path of ['/stream.mjpg', '/snapshot.jpg', '/api/status', '/webcam/']) {
      const answer = await fetch(service.url + path, {
        method: 'OPTIONS',
        headers: { Origin: 'http://mainsail.local', 'Access-Control-Request-Method': 'GET' },
      })
      expect(answer.status).toBe(204)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toContain('GET')
    }
  })

  test('?fps= limits one viewer alone', async () => {
    await using service = await start({ sources: [source] })
    await using slow = await StreamClient.open(`${service.url}/stream.mjpg?fps=3`)
    await using fast = await StreamClient.open(`${service.url}/stream.mjpg`)
    using _run = source.run()
    const first = await slow.part()
    await fast.until(() => fast.received >= 60)
    const seconds = (fast.parts.at(-1)!.timestamp - first.timestamp) / 1000
    expect(Math.abs(slow.received - seconds * 3)).toBeLessThanOrEqual(2)
  })

  test('?frames= ends the answer after so many pictures', async () => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg?frames=3`)
    using _run = source.run()
    await viewer.end()
    expect(viewer.received).toBe(3)
    expect(viewer.finished).toBe(true)
  })

  test.each(['frames=0', 'frames=1.5', 'frames=-1', 'frames=all', 'frames=1&frames=2'])(
    '?%s is refused with a sentence',
    async (query) => {
      await using service = await start({ sources: [source] })
      const answer = await fetch(`${service.url}/stream.mjpg?${query}`)
      expect(answer.status).toBe(400)
      expect(((await answer.json()) as { message: string }).message).toContain('allowed is a whole number from 1 on')
    },
  )

  test.each(['fps=abc', 'fps=0', 'fps=-1', 'fps=', 'fps=1&fps=2', 'fps=Infinity'])(
    '?%s is refused with a sentence',
    async (query) => {
      await using service = await start({ sources: [source] })
      const answer = await fetch(`${service.url}/stream.mjpg?${query}`)
      expect(answer.status).toBe(400)
      const { code, message } = (await answer.json()) as { code: string; message: string }
      expect(code).toBe('ERR_BAD_REQUEST')
      expect(message).toMatch(/^\?fps=.*: allowed is a number above 0\. Correct the request\.$/)
    },
  )

  test('a viewer too many gets 503 and may come when another has left', async () => {
    const other = new ScriptedSource(small, { id: 'other' })
    await using service = await start({ sources: [source, other], maxClients: 2 })
    const first = await StreamClient.open(`${service.url}/stream.mjpg`)
    await using _second = await StreamClient.open(`${service.url}/cameras/cam1/stream.mjpg`)
    const refused = await fetch(`${service.url}/stream.mjpg`)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(refused.headers.get('content-type')).toContain('application/json')
    expect(await refused.json()).toMatchObject({ code: 'ERR_TOO_MANY_CLIENTS' })
    await first[Symbol.asyncDispose]()
    await vi.waitFor(async () => {
      await using third = await StreamClient.open(`${service.url}/stream.mjpg`)
      expect(third.status).toBe(200)
    })
  })

  test('a stalled viewer and one that resets cost the others nothing', async () => {
    source = new ScriptedSource(large)
    await using service = await start({ sources: [source] })
    await using healthy = await StreamClient.open(`${service.url}/stream.mjpg`)
    await using _stalled = await StreamClient.open(`${service.url}/stream.mjpg`, { stalled: true })
    const resetting = await StreamClient.open(`${service.url}/stream.mjpg`, { stalled: true })
    using _run = source.run()
    await healthy.until(() => healthy.received >= 30)
    resetting.reset()
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(2))
    const [captured, received] = [source.captured, healthy.received]
    await healthy.until(() => healthy.received >= received + 45)
    // What was captured meanwhile has been received, but for what is on its way.
    expect(source.captured - captured).toBeLessThanOrEqual(45 + 3)
    // One frame is in flight to the healthy one, one stuck at the stalled one, and one is the newest.
    expect(source.lent).toBeLessThanOrEqual(3)
    const skipped = hubOf(source)
      .clients()
      .map((viewer) => viewer.skipped)
    expect(Math.max(...skipped)).toBeGreaterThan(10)
  })

  test('a viewer that stalls and goes on gets the newest frames', async () => {
    source = new ScriptedSource(large)
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    using _run = source.run()
    await viewer.part()
    viewer.pause()
    const skipped = (): number => hubOf(source).clients()[0]!.skipped
    await vi.waitFor(() => expect(skipped()).toBeGreaterThan(15), 10_000)
    const stalledUntil = Date.now()
    viewer.resume()
    await viewer.partThat((part) => part.timestamp >= stalledUntil)
    // The kernel had swallowed some frames; those that came while it was full were skipped, not queued.
    expect(viewer.received).toBeLessThan(source.captured - 15)
  })

  test('a stalled viewer is dropped after the send timeout', async () => {
    source = new ScriptedSource(large)
    await using service = await start({ sources: [source], sendTimeout: 300 })
    await using healthy = await StreamClient.open(`${service.url}/stream.mjpg`)
    await using stalled = await StreamClient.open(`${service.url}/stream.mjpg`, { stalled: true })
    using _run = source.run()
    await healthy.until(() => hubOf(source).viewers.size === 1 && healthy.received > 10)
    await stalled.end()
    expect(healthy.closed).toBe(false)
  })

  test('stopping ends every stream cleanly, with a last picture that says so', async () => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    using _run = source.run()
    await viewer.part()
    const closed = service.close()
    await viewer.partThat((part) => part.state === 'ended')
    await viewer.end()
    expect(viewer.finished).toBe(true)
    await closed
    await expect(fetch(`${service.url}/health`)).rejects.toThrow('fetch failed')
  })

  test('stopping cuts a stalled viewer after the grace period', async () => {
    source = new ScriptedSource(large)
    await using service = await start({ sources: [source] })
    await using _stalled = await StreamClient.open(`${service.url}/stream.mjpg`, { stalled: true })
    using _run = source.run()
    const skipped = (): number => hubOf(source).clients()[0]!.skipped
    await vi.waitFor(() => expect(skipped()).toBeGreaterThan(3), 10_000)
    const begin = performance.now()
    await service.close(200)
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  test('the first picture comes at once to those who join later', async () => {
    await using service = await start({ sources: [source] })
    await using first = await StreamClient.open(`${service.url}/stream.mjpg`)
    source.emit()
    await first.part()
    await using second = await StreamClient.open(`${service.url}/stream.mjpg`)
    expect((await second.part()).jpeg.equals(small[0]!)).toBe(true)
  })

  test('a lost camera shows a placeholder in the stream, and the picture comes back', async () => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    {
      using _run = source.run()
      await viewer.partThat((part) => part.state === undefined)
    }
    source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'It is gone.' })
    await viewer.partThat((part) => part.state === 'ERR_CAMERA_UNPLUGGED')
    source.change({ status: 'live' })
    using _run = source.run()
    await viewer.partThat((part) => part.state === undefined)
  })

  test('when frames stop although the camera is live, a placeholder comes each second until they come again', async () => {
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    source.emit()
    expect((await viewer.part()).state).toBeUndefined()
    const first = await viewer.part()
    const second = await viewer.part()
    expect([first.state, second.state]).toEqual(['ERR_CAMERA_STALLED', 'ERR_CAMERA_STALLED'])
    source.emit()
    await viewer.partThat((part) => part.state === undefined)
  })

  test('who comes while the camera is lost is told at once, and the second one too', async () => {
    source.change({ status: 'waiting', code: 'ERR_NO_CAMERA' })
    await using service = await start({ sources: [source] })
    await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
    expect((await viewer.part()).state).toBe('ERR_NO_CAMERA')
    await using later = await StreamClient.open(`${service.url}/stream.mjpg`)
    expect((await later.part()).state).toBe('ERR_NO_CAMERA')
    expect(hubOf(source).clients()).toMatchObject([{ delivery }, { delivery }])
  })
})

test('in JavaScript each part leaves in one write, out of the slot that the camera has encoded into', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
  const slots = new Set<ArrayBufferLike>()
  camera.subscribe((frame) => slots.add(frame.data.buffer))
  await using service = await startService({ sources: [camera], delivery: 'javascript' })
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  const prototype = Socket.prototype as unknown as { _write: (bytes: Buffer, ...rest: unknown[]) => void }
  const { _write } = prototype
  const parts: { text: string; memory: ArrayBufferLike }[] = []
  const write = vi.spyOn(prototype, '_write').mockImplementation(function (this: Socket, bytes, ...rest) {
    parts.push({ text: bytes.toString('latin1'), memory: bytes.buffer })
    _write.call(this, bytes, ...rest)
  })
  try {
    await viewer.until(() => viewer.received > 10)
  } finally {
    write.mockRestore()
  }
  const ofFrames = parts.filter(({ text }) => !text.includes('X-Camera-State'))
  expect(ofFrames.length).toBeGreaterThan(3)
  for (const { text, memory } of ofFrames) {
    expect(text).toMatch(/^Content-Type: image\/jpeg\r\n.*\r\n--[a-z0-9-]+\r\n$/s)
    expect(slots.has(memory)).toBe(true)
  }
  expect(slots.size).toBeLessThanOrEqual(camera.statistics().pool.slots)
})
