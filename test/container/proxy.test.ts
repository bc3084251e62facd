// docs/compose/tls-proxy.yml as it is: a real Caddy with its own certificate authority in front, and a path.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MultipartReader, type ReceivedPart } from '../kit/multipart_reader.ts'
import { until } from '../kit/until.ts'
import { Compose, Container, docker } from './docker.ts'

const host = 'pi.local'
const compose = new Compose(
  'motioninocean-test-proxy',
  ['test/container/compose.test.yml', 'docs/compose/tls-proxy.yml', 'test/container/proxy.test.yml'],
  { PROXY_HOST: host },
)
const service = new Container('motioninocean-test')
const proxy = new Container('motioninocean-test-proxy')

let port: number
let ca: string
beforeAll(async () => {
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '240')
  port = Number((await proxy.address('443/tcp')).replace(/.*:/, ''))
  // What a visitor would install in the browser.
  const root = '/data/caddy/pki/authorities/local/root.crt'
  const written = () => proxy.sh(`grep -q END ${root} && cat ${root}`).catch(() => '')
  ca = await until(written, { timeout: 60_000, what: "Caddy's own authority" })
  // Docker takes connections before Caddy does, and Caddy before it has its certificate.
  const answers = () =>
    get('/camera/').then(
      (response) => response.resume().statusCode === 200,
      () => false,
    )
  await until(answers, { timeout: 60_000, what: 'Caddy answers' })
})
afterAll(() => compose.run('down', '--volumes'))

async function get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    ca,
    servername: host,
    headers: { Host: `${host}:${port}`, ...headers },
    agent: false,
  })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const json = async <T>(path: string, headers?: Record<string, string>) =>
  JSON.parse(await textOf(await get(path, headers))) as T

async function* partsOf(response: IncomingMessage): AsyncGenerator<ReceivedPart> {
  const reader = new MultipartReader(/boundary=(\S+)/.exec(response.headers['content-type'] ?? '')![1]!)
  for await (const chunk of response as AsyncIterable<Buffer>) yield* reader.push(chunk)
}

test('the page is below the path, and who comes without it is sent there', async () => {
  const away = await get('/')
  expect(away.statusCode).toBe(302)
  expect(away.headers.location).toBe('/camera/')
  const page = await get('/camera/')
  expect(page.statusCode).toBe(200)
  const html = await textOf(page)
  for (const [, path = ''] of html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)) {
    const file = await get(new URL(path, `https://${host}/camera/`).pathname)
    expect({ path, status: file.statusCode }).toEqual({ path, status: 200 })
    file.resume()
  }
})

test('pictures come one by one, not in heaps', async () => {
  const response = await get('/camera/stream.mjpg')
  const times: number[] = []
  for await (const part of partsOf(response)) {
    times.push(Date.now() - part.timestamp)
    if (times.length === 30) break
  }
  response.destroy()
  // A proxy that buffers 4 KiB or a second of pictures would show in the youngest.
  expect(Math.min(...times)).toBeLessThan(500)
})

test('the service knows the viewer by its own address and scheme, and nobody can make up another', async () => {
  const response = await get('/camera/stream.mjpg', { 'X-Forwarded-For': '203.0.113.7' })
  await partsOf(response).next()
  const [viewer] = await json<{ address: string }[]>('/camera/api/clients')
  const addresses = async (container: Container): Promise<string> =>
    docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}', container.id)
  const [proxyAddress = '', gateway = ''] = (await addresses(proxy)).split(' ')
  // From this machine one comes through the gateway of Docker's network.
  expect(viewer?.address.replace('::ffff:', '')).toBe(gateway)
  expect(viewer?.address).not.toContain(proxyAddress)
  response.destroy()

  const { service: told } = await json<{ service: string }>('/camera/integrations', { Accept: 'application/json' })
  expect(told).toBe(`https://${host}:${port}/camera`)
})

test('there is no way round the proxy', async () => {
  expect(await docker('port', service.id)).toBe('')
})
