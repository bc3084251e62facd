// Behind Debian's nginx, as people put it there: a path in front, and nothing said about buffering.
import { once } from 'node:events'
import http from 'node:http'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { MultipartReader, type ReceivedPart } from '../kit/multipart_reader.ts'
import { Nginx } from '../kit/nginx.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'

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
})

async function get(nginx: Nginx, path: string, method = 'GET'): Promise<http.IncomingMessage> {
  const request = http.request({ socketPath: nginx.socketPath, path, method, headers: { Host: 'cameras.example' } })
  request.end()
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return response
}

async function body(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The parts of a stream as they come. */
async function* partsOf(response: http.IncomingMessage): AsyncGenerator<ReceivedPart> {
  const reader = new MultipartReader(/boundary=(\S+)/.exec(response.headers['content-type'] ?? '')![1]!)
  for await (const chunk of response as AsyncIterable<Buffer>) yield* reader.push(chunk)
}

test.each([
  ['keeps the path', '/attic', (url: string) => `location /attic/ { proxy_pass ${url}; }`],
  ['cuts the path off', '', (url: string) => `location /attic/ { proxy_pass ${url}/; }`],
])('a proxy that %s passes each picture on at once', async (_, basePath, location) => {
  await using service = await startService({ sources: [source], basePath })
  await using nginx = await Nginx.start(location(service.url))
  const response = await get(nginx, '/attic/stream.mjpg')
  expect(response.statusCode).toBe(200)
  let count = 0
  // The next picture is made only when the last one has come, so none may be held back.
  source.emit()
  for await (const part of partsOf(response)) {
    expect(part.jpeg.equals(pictures[count % pictures.length]!)).toBe(true)
    if (++count === 10) break
    source.emit()
  }
  expect(count).toBe(10)
})

test('snapshot, status, page and its files come through as they are', async () => {
  await using service = await startService({ sources: [source], basePath: '/attic' })
  await using nginx = await Nginx.start(`location /attic/ { proxy_pass ${service.url}; }`)
  using _run = source.run()
  const snapshot = await get(nginx, '/attic/?action=snapshot')
  expect(snapshot.statusCode).toBe(200)
  expect(snapshot.headers).toMatchObject({ 'content-type': 'image/jpeg', 'cache-control': 'no-store, no-transform' })
  const jpeg = await body(snapshot)
  expect(pictures.some((picture) => picture.equals(jpeg))).toBe(true)

  const status = await get(nginx, '/attic/api/status')
  expect(JSON.parse((await body(status)).toString())).toMatchObject({ status: 'live' })

  const page = await get(nginx, '/attic/')
  const html = (await body(page)).toString()
  const [, script] = /<script[^>]* src="([^"]+)"/.exec(html)!
  const file = await get(nginx, new URL(script!, 'http://cameras.example/attic/').pathname)
  expect(file.statusCode).toBe(200)
  expect(file.headers['content-type']).toContain('javascript')
  file.resume()
})

test('a viewer that leaves the proxy leaves the camera too', async () => {
  await using service = await startService({ sources: [source] })
  await using nginx = await Nginx.start(`location / { proxy_pass ${service.url}; }`)
  const response = await get(nginx, '/stream.mjpg')
  await vi.waitFor(() => expect(source.subscribers).toBe(1))
  response.destroy()
  using _run = source.run()
  await vi.waitFor(() => expect(source.subscribers).toBe(0), 5000)
})

test('HEAD is answered at once', async () => {
  await using service = await startService({ sources: [source] })
  await using nginx = await Nginx.start(`location / { proxy_pass ${service.url}; }`)
  const head = await get(nginx, '/stream.mjpg', 'HEAD')
  expect(head.statusCode).toBe(200)
  expect(source.subscribers).toBe(0)
  head.resume()
})
