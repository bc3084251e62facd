// What Node believes of a connection stays right while somebody else writes to it: for programs that mount the
// router into a server of their own, whatever that server does.
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { Worker } from 'node:worker_threads'
import express from 'express'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openCamera } from '../../lib/index.ts'
import { mjpegRouter } from '../../lib/server/index.ts'
import type { DeliveryName } from '../../lib/stream/delivery.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { closing } from '../../lib/stream/multipart.ts'
import { certificate } from '../kit/certificate.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { TestSink } from '../kit/test_sink.ts'

let pictures: Buffer[]
let source: ScriptedSource

beforeAll(async () => {
  pictures = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ seed })))
})

beforeEach(() => {
  source = new ScriptedSource(pictures)
})

afterEach(async () => {
  await vi.waitFor(() => expect(source.lent).toBe(0))
  await vi.waitFor(() => expect(source.subscribers).toBe(0))
})

/** Somebody else's program around the router. */
function program(delivery: DeliveryName = 'native'): express.Express {
  const options = delivery === 'javascript' ? { delivery } : {}
  return express()
    .get('/hello', (_request, response) => void response.send('hello'))
    .use('/cam', mjpegRouter(source, options))
}

interface Running extends AsyncDisposable {
  readonly server: http.Server
  readonly url: string
}

async function run(server: http.Server): Promise<Running> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cam/stream.mjpg`,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const connections = (server: http.Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })

/** Sends `text` and gives all that comes until the connection closes. */
async function talk(url: string, text: string): Promise<{ socket: net.Socket; answer: () => string }> {
  const { port } = new URL(url)
  const socket = net.connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => (answer += data.toString('latin1'))).on('error', () => {})
  socket.write(text)
  await once(socket, 'connect')
  return { socket, answer: () => answer }
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`

describe.each(['native', 'javascript'] as const)('%s delivery', (delivery) => {
  test('a kept-alive connection becomes a stream', async () => {
    await using running = await run(http.createServer(program(delivery)))
    const { socket, answer } = await talk(running.url, get('/hello'))
    await vi.waitFor(() => expect(answer()).toContain('hello'))
    socket.write(get('/cam/stream.mjpg?frames=2'))
    using _run = source.run()
    await once(socket, 'close')
    expect(answer()).toMatch(/Content-Type: multipart.*Content-Length: (\d+).*Content-Length: (\d+)/s)
    expect(answer().endsWith(closing.toString())).toBe(true)
    await vi.waitFor(async () => expect(await connections(running.server)).toBe(0))
  })

  test("the server's timeout for silent connections does not end a stream that flows", async () => {
    const server = http.createServer(program(delivery))
    server.timeout = 150
    await using running = await run(server)
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.until(() => viewer.received >= 20)
    expect(viewer.closed).toBe(false)
  })

  test('keepAliveTimeout, headersTimeout and requestTimeout do not end a stream', async () => {
    const options = { keepAliveTimeout: 50, headersTimeout: 60, requestTimeout: 70, connectionsCheckingInterval: 20 }
    await using running = await run(http.createServer(options, program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.until(() => viewer.received >= 20)
    expect(viewer.closed).toBe(false)
  })

  test('connections are counted while they stream and not after', async () => {
    await using running = await run(http.createServer(program(delivery)))
    const viewer = await StreamClient.open(running.url)
    await using _other = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    expect(await connections(running.server)).toBe(2)
    await viewer[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await connections(running.server)).toBe(1))
    expect(hubOf(source).viewers.size).toBe(1)
  })

  test('server.close() waits for a stream, and ends when the hub has ended it', async () => {
    await using running = await run(http.createServer(program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    let closed = false
    running.server.close(() => (closed = true))
    await viewer.until(() => viewer.received >= 10)
    expect(closed).toBe(false)
    await hubOf(source).close()
    await viewer.end()
    expect(viewer.finished).toBe(true)
    await vi.waitFor(() => expect(closed).toBe(true))
  })

  test('closeIdleConnections() spares a stream, closeAllConnections() cuts it', async () => {
    await using running = await run(http.createServer(program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    running.server.closeIdleConnections()
    await viewer.until(() => viewer.received >= 5)
    running.server.closeAllConnections()
    await viewer.end()
    expect(viewer.finished).toBe(false)
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(0))
    expect(hubOf(source).statistics().left).toMatchObject({ disconnected: 1 })
  })

  test('what the client sends behind its request does not get into the stream', async () => {
    await using running = await run(http.createServer(program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    viewer.write(get('/hello') + get('/hello', 'Expect: 100-continue\r\n'))
    // Parsed by the strict reader: one byte that is no part of a part would throw.
    await viewer.until(() => viewer.received >= 10)
    expect(viewer.closed).toBe(false)
  })

  test('garbage behind the request ends this connection and no other', async () => {
    await using running = await run(http.createServer(program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    await using other = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    viewer.write('\0\0 this is no request\r\n\r\n')
    await viewer.end()
    await other.until(() => other.received >= 10)
  })

  test('a stream asked for behind another request waits for its answer', async () => {
    let answer = (): void => {}
    const app = express()
      .get('/slow', (_request, response) => void (answer = () => response.send('slow')))
      .use(program(delivery))
    const server = http.createServer(app)
    const requests = vi.fn<() => void>()
    server.on('request', requests)
    await using running = await run(server)
    using _run = source.run()
    const talking = await talk(running.url, get('/slow') + get('/cam/stream.mjpg?frames=2'))
    await vi.waitFor(() => expect(requests).toHaveBeenCalledTimes(2))
    expect(talking.answer()).toBe('')
    // Nobody would be told if the client went now.
    expect(hubOf(source).viewers.size).toBe(0)
    answer()
    await once(talking.socket, 'close')
    expect(talking.answer()).toMatch(/^HTTP\/1.1 200 OK.*slowHTTP\/1.1 200 OK.*image\/jpeg.*image\/jpeg/s)
    expect(talking.answer().endsWith(closing.toString())).toBe(true)
  })

  test('a client that closes its side has left, as everywhere in Node', async () => {
    await using running = await run(http.createServer(program(delivery)))
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    viewer.closeOwnSide()
    await viewer.end()
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(0))
  })

  test('where the server allows half-open connections, it is served on', async () => {
    const server = http.createServer(program(delivery))
    Object.assign(server, { httpAllowHalfOpen: true })
    await using running = await run(server)
    await using viewer = await StreamClient.open(running.url)
    using _run = source.run()
    await viewer.part()
    viewer.closeOwnSide()
    await viewer.until(() => viewer.received >= 10)
  })

  test('a client that goes is missed at once, by reset and by close', async () => {
    await using running = await run(http.createServer(program(delivery)))
    for (const way of ['reset', 'close']) {
      const viewer = await StreamClient.open(running.url)
      await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(1))
      source.emit()
      await viewer.part()
      if (way === 'reset') viewer.reset()
      else await viewer[Symbol.asyncDispose]()
      // Although no frame comes that could not be sent.
      await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(0))
    }
  })

  test('HTTP/1.0 is served', async () => {
    await using running = await run(http.createServer(program(delivery)))
    using _run = source.run()
    const { socket, answer } = await talk(running.url, 'GET /cam/stream.mjpg?frames=1 HTTP/1.0\r\n\r\n')
    await once(socket, 'close')
    expect(answer().endsWith(closing.toString())).toBe(true)
  })

  test("a middleware's 'finish' and 'close' come as ever", async () => {
    const seen: string[] = []
    const app = express()
      .use((_request, response, next) => {
        response.once('finish', () => seen.push('finish')).once('close', () => seen.push('close'))
        next()
      })
      .use(program(delivery))
    await using running = await run(http.createServer(app))
    using _run = source.run()
    await using viewer = await StreamClient.open(`${running.url}?frames=2`)
    await viewer.end()
    await vi.waitFor(() => expect(seen).toEqual(['finish', 'close']))
  })
})

test('a unix socket is delivered to natively', async () => {
  const server = http.createServer(program())
  const path = `\0mio-test-${process.pid}`
  server.listen(path)
  await once(server, 'listening')
  using _run = source.run()
  const client = net.connect(path)
  client.write(get('/cam/stream.mjpg'))
  let text = ''
  client.on('data', (data) => (text += data.toString('latin1')))
  await vi.waitFor(() => expect(hubOf(source).clients()).toMatchObject([{ delivery: 'native' }]))
  await vi.waitFor(() => expect(text.match(/Content-Length/g)?.length).toBeGreaterThan(2))
  await hubOf(source).close()
  await once(client, 'close')
  expect(text.endsWith(closing.toString())).toBe(true)
  server.close()
})

test('TLS is delivered to in JavaScript', async () => {
  const server = https.createServer(certificate, program())
  await using running = await run(server)
  using _run = source.run()
  const request = https.get(`${running.url.replace('http', 'https')}?frames=30`, { ca: certificate.cert })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  expect(hubOf(source).clients()).toMatchObject([{ delivery: 'javascript' }])
  let text = ''
  for await (const chunk of response) text += (chunk as Buffer).toString('latin1')
  expect(text.match(/Content-Length/g)).toHaveLength(30)
  expect(text.endsWith(closing.toString())).toBe(true)
})

test('HTTP/2 is delivered to in JavaScript, by the response', async () => {
  const { connectionOf } = await import('../../lib/stream/connection.ts')
  const server = http2.createServer((_request, response) => {
    response.writeHead(200)
    hubOf(source).join(connectionOf(response as unknown as http.ServerResponse), { frames: 3 })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  using _run = source.run()
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stream = client.request({ ':path': '/' })
  let text = ''
  for await (const chunk of stream) text += (chunk as Buffer).toString('latin1')
  expect(text.match(/Content-Length/g)).toHaveLength(3)
  expect(text.endsWith(closing.toString())).toBe(true)
  client.close()
  server.close()
})

test('viewers of both deliveries watch one camera, and end together', async () => {
  const plain = http.createServer(program())
  await using running = await run(plain)
  await using secure = await run(https.createServer(certificate, program()))
  using _run = source.run()
  await using viewer = await StreamClient.open(running.url)
  const request = https.get(secure.url.replace('http', 'https'), { ca: certificate.cert })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  const hub = hubOf(source)
  expect(hub.clients().map(({ delivery }) => delivery)).toEqual(['native', 'javascript'])
  await viewer.until(() => viewer.received >= 5)
  await vi.waitFor(() => expect(hub.statistics().sent).toBeGreaterThan(hub.clients()[0]!.sent))
  // Frames of both are counted together.
  const counted = (): number => hub.latency().counts.reduce((a, b) => a + b)
  await vi.waitFor(() => expect(counted()).toBeGreaterThan(hub.clients()[0]!.sent))
  await hub.close()
  await viewer.end()
  await vi.waitFor(() => expect(text.endsWith(closing.toString())).toBe(true))
})

test('a connection whose descriptor cannot be had twice is delivered to in JavaScript', () => {
  const sink = Object.assign(new TestSink({ eager: true }), { descriptor: () => 1_000_000 })
  const viewer = hubOf(source).join(sink)
  source.emit()
  expect(hubOf(source).clients()).toMatchObject([{ delivery: 'javascript' }])
  expect(sink.jpegs).toEqual([pictures[0]])
  viewer.leave()
})

test('while the event loop is blocked, native viewers get every frame', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240, fps: 30 })
  const server = http.createServer(express().use('/cam', mjpegRouter(camera)))
  await using running = await run(server)
  const received = new Int32Array(new SharedArrayBuffer(4))
  // A viewer with an event loop of its own.
  const viewer = new Worker(
    `const { workerData: { url, received } } = require('node:worker_threads')
     require('node:http').get(url, (response) => response.on('data', (chunk) => {
       const parts = chunk.toString('latin1').split('X-Timestamp').length - 1
       if (parts === 0) return
       Atomics.add(received, 0, parts)
       Atomics.notify(received, 0)
     }))`,
    { eval: true, workerData: { url: running.url, received } },
  )
  try {
    await vi.waitFor(() => expect(received[0]).toBeGreaterThan(2), 10_000)
    const before = received[0]!
    // Blocks this thread, and with it the event loop that the server runs on, for a second's worth of frames.
    for (let now = before; now < before + 30; now = received[0]!) {
      if (Atomics.wait(received, 0, now, 5000) === 'timed-out') break
    }
    expect(received[0]! - before).toBeGreaterThanOrEqual(30)
  } finally {
    await viewer.terminate()
  }
  await vi.waitFor(() => expect(camera.statistics().pool.lent).toBe(0))
})
