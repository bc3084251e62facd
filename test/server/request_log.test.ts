import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Log, silent } from '../../lib/server/log.ts'
import { withoutToken } from '../../lib/server/request_log.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'

const debug = vi.fn<Log['debug']>()
const error = vi.fn<Log['error']>()
let source: ScriptedSource
let service: TestService

beforeEach(async () => {
  debug.mockClear()
  error.mockClear()
  source = new ScriptedSource([await makeJpeg()])
  service = await startService({ sources: [source], log: { ...silent, debug, error }, token: 'a-long-secret' })
})

afterEach(() => service.close())

const logged = () => vi.waitFor(() => debug.mock.calls[0]![0] as Record<string, unknown>)

test('each request is logged when it is over, with its id and without its token', async () => {
  const answer = await fetch(`${service.url}/api/status?token=a-long-secret&x=1`)
  expect(await logged()).toEqual({
    requestId: answer.headers.get('x-request-id'),
    client: '127.0.0.1',
    method: 'GET',
    url: '/api/status?token=%28hidden%29&x=1',
    status: 200,
    complete: true,
    milliseconds: expect.any(Number) as number,
  })
})

test.each([
  ['a-1.b:2_c', 'a-1.b:2_c'],
  ['no good in a log', undefined],
  ['x'.repeat(65), undefined],
])('the id %j of a proxy', async (given, kept) => {
  const answer = await fetch(`${service.url}/health`, { headers: { 'X-Request-Id': given } })
  const id = answer.headers.get('x-request-id')
  if (kept === undefined) expect(id).toMatch(/^[\da-f-]{36}$/)
  else expect(id).toBe(kept)
})

test('an error has the id of its request', async () => {
  vi.spyOn(source, 'statistics').mockImplementation(() => {
    throw new Error('a defect')
  })
  const answer = await fetch(`${service.url}/api/status`, { headers: { Authorization: 'Bearer a-long-secret' } })
  expect(answer.status).toBe(500)
  expect(error.mock.calls[0]![0]).toMatchObject({ requestId: answer.headers.get('x-request-id') })
})

test.each([
  ['/a', '/a'],
  ['/a?b=1&c', '/a?b=1&c'],
  ['/a?token=s', '/a?token=%28hidden%29'],
  ['/a?%74oken=s&token=t', '/a?token=%28hidden%29'],
  ['/a?x=?token=s', '/a?x=?token=s'],
])('%s is logged as %s', (url, written) => {
  expect(withoutToken(url)).toBe(written)
})
