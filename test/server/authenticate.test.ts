import { request } from 'node:http'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { hubOf } from '../../lib/stream/hub.ts'
import { type Log, silent } from '../../lib/server/log.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'

const token = 'p:ss+w%rd&=/'
let pictures: Buffer[]
let source: ScriptedSource
let service: TestService
const warn = vi.fn<Log['warn']>()

beforeAll(async () => {
  pictures = [await makeJpeg()]
})

beforeEach(async () => {
  warn.mockClear()
  source = new ScriptedSource(pictures)
  service = await startService({ sources: [source], token, log: { ...silent, warn } })
})

afterEach(async () => {
  await service.close()
  await vi.waitFor(() => expect(source.lent).toBe(0))
})

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

async function ask(path: string, { method = 'GET', authorization = '', url = service.url } = {}): Promise<Response> {
  using _run = source.run()
  const answer = await fetch(url + path, { method, ...(authorization && { headers: { authorization } }) })
  await answer.arrayBuffer()
  return answer
}

test.each([
  ['Bearer', `Bearer ${token}`],
  ['Bearer in small letters', `bearer ${token}`],
  ['Basic, with a user name', basic(`pi:${token}`)],
  ['Basic, without one', basic(`:${token}`)],
])('%s is taken', async (_, authorization) => {
  for (const path of ['/', '/snapshot.jpg', '/ready', '/api/status', '/version', '/cameras/cam0/snapshot']) {
    expect((await ask(path, { authorization })).status).toBe(200)
  }
})

test('?token= is taken, as an <img> or OctoPrint sends it, the stream too', async () => {
  const query = `token=${encodeURIComponent(token)}`
  for (const path of [`/snapshot.jpg?${query}`, `/?action=snapshot&${query}`, `/?${query}&1732450000`]) {
    expect((await ask(path)).status).toBe(200)
  }
})

test.each(['native', 'javascript'] as const)('%s delivery: only who has the token is streamed to', async (delivery) => {
  // One of its own: a source keeps the delivery that it was first given.
  const streamed = new ScriptedSource(pictures)
  const options = { sources: [streamed], token, delivery: delivery === 'native' ? 'auto' : delivery } as const
  await using own = await startService(options)
  using _run = streamed.run()
  for (const query of ['', '?token=guess', `?token=${encodeURIComponent(`${token}1`)}`]) {
    await using refused = await StreamClient.open(`${own.url}/stream.mjpg${query}`)
    expect(refused.status).toBe(401)
    expect(hubOf(streamed).viewers.size).toBe(0)
  }
  const good: [query: string, headers: Record<string, string>][] = [
    ['', { Authorization: `Bearer ${token}` }],
    ['', { Authorization: basic(`pi:${token}`) }],
    [`?token=${encodeURIComponent(token)}`, {}],
  ]
  for (const [query, headers] of good) {
    await using viewer = await StreamClient.open(`${own.url}/stream.mjpg${query}`, { headers })
    expect(viewer.status).toBe(200)
    expect((await viewer.part()).jpeg.equals(pictures[0]!)).toBe(true)
    expect(hubOf(streamed).clients()).toMatchObject([{ delivery }])
    await viewer[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(hubOf(streamed).viewers.size).toBe(0))
  }
})

test.each([
  ['nothing', '', ''],
  ['an empty token', '?token=', ''],
  ['a wrong token', '?token=guess', ''],
  ['two tokens', `?token=${encodeURIComponent(token)}&token=x`, ''],
  ['a beginning of the token', `?token=${encodeURIComponent(token.slice(0, -1))}`, ''],
  ['a longer token', `?token=${encodeURIComponent(`${token}1`)}`, ''],
  ['the token as the user name', '', basic(`${token}:`)],
  ['no Base64', '', 'Basic ???'],
  ['another scheme', '', `Digest ${token}`],
  ['the scheme alone', '', 'Bearer'],
])('%s is refused on each route, and what was sent is not told', async (_, query, authorization) => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/index.html'],
    ['GET', '/stream.mjpg'],
    ['HEAD', '/stream.mjpg'],
    ['GET', '/snapshot.jpg'],
    ['GET', '/ready'],
    ['GET', '/version'],
    ['GET', '/api/status'],
    ['GET', '/cameras/scripted/'],
    ['GET', '/cameras/nobody/'],
    ['POST', '/nothing'],
  ] as const) {
    const answer = await fetch(`${service.url}${path}${query}`, {
      method,
      ...(authorization && { headers: { authorization } }),
    })
    expect({ path, status: answer.status }).toEqual({ path, status: 401 })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="MotionInOcean".*, Bearer/)
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    const body = await answer.text()
    if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ code: 'ERR_UNAUTHORIZED' })
    expect(body + JSON.stringify([...answer.headers])).not.toContain('guess')
  }
})

test('/health, a preflight and the style of the page are open', async () => {
  for (const path of ['/health', '/page.css', '/page.js', '/icon.svg', '/cameras/cam0/page.css']) {
    expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 200 })
  }
  expect((await ask('/snapshot.jpg', { method: 'OPTIONS' })).status).toBe(204)
})

test('what is opened is open', async () => {
  await using open = await startService({ sources: [source], token, authOpen: ['ready'] })
  expect((await ask('/ready', { url: open.url })).status).toBe(200)
  expect((await ask('/version', { url: open.url })).status).toBe(401)
})

test('a wrong token is logged with the client, and without the token', async () => {
  await ask('/snapshot.jpg?token=guess')
  await ask('/snapshot.jpg')
  expect(warn.mock.calls).toEqual([[{ client: '127.0.0.1', path: '/snapshot.jpg' }, expect.any(String)]])
})

describe('X-Forwarded-For', () => {
  const forwarded = async (trustedProxies: string[]): Promise<unknown> => {
    await using own = await startService({ sources: [source], token, trustedProxies, log: { ...silent, warn } })
    const headers = { 'X-Forwarded-For': '6.6.6.6, 203.0.113.9, 10.1.2.3', Authorization: 'Bearer wrong' }
    await new Promise((resolve) => request(own.url, { headers }, (answer) => answer.resume().on('end', resolve)).end())
    return warn.mock.lastCall?.[0]
  }

  test('of anybody is not believed', async () => {
    expect(await forwarded([])).toMatchObject({ client: '127.0.0.1' })
    expect(await forwarded(['10.0.0.0/8'])).toMatchObject({ client: '127.0.0.1' })
  })

  test('of the listed proxies is, up to the first that is not listed', async () => {
    expect(await forwarded(['loopback', '10.0.0.0/8'])).toMatchObject({ client: '203.0.113.9' })
  })
})
