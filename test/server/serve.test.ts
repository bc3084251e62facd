import net from 'node:net'
import { expect, test } from 'vitest'
import { serve } from '../../lib/server/serve.ts'

const nothing = { drain: async () => {} }
const local = { port: 0, bind: '127.0.0.1', ...nothing }

test('a port in use is named', async () => {
  const first = await serve(() => {}, local)
  await expect(serve(() => {}, { ...local, port: first.port })).rejects.toMatchObject({
    code: 'ERR_PORT_IN_USE',
    message: expect.stringMatching(
      new RegExp(`^listen on 127.0.0.1:${first.port}: another program listens there\\. .*MIO_PORT`),
    ) as string,
  })
  await first.close()
})

test.each([
  ['192.0.2.1', 'this machine has no such address'],
  ['nowhere.invalid', 'there is no host of that name'],
])('an address that cannot be listened on is named: %s', async (bind, found) => {
  await expect(serve(() => {}, { ...local, bind })).rejects.toMatchObject({ code: 'ERR_LISTEN', found })
})

test('close lets an answer finish, closes kept connections and takes no new ones', async () => {
  let answer: (() => void) | undefined
  const service = await serve((request, response) => {
    if (request.url === '/slow') answer = () => response.end('slow')
    else response.end('fast')
  }, local)
  const kept = net.connect(service.port, '127.0.0.1')
  kept.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await new Promise((resolve) => kept.once('data', resolve))
  const slow = fetch(`${service.url}slow`)
  await expect.poll(() => answer).toBeDefined()

  const keptClosed = new Promise((resolve) => kept.once('close', resolve))
  const closed = service.close()
  await keptClosed
  answer!()
  expect(await (await slow).text()).toBe('slow')
  await closed
  await expect(fetch(service.url)).rejects.toThrow('fetch failed')
})

test('close cuts what does not end in time', async () => {
  let asked = false
  const service = await serve(() => (asked = true), local)
  const hanging = fetch(service.url).catch((error: unknown) => error)
  await expect.poll(() => asked).toBe(true)
  const begin = performance.now()
  await service.close(100)
  expect(performance.now() - begin).toBeLessThan(1000)
  expect(await hanging).toBeInstanceOf(TypeError)
})

test('an IPv6 address stands in brackets', async () => {
  const service = await serve(() => {}, { ...local, bind: '::1' })
  expect(service.url).toBe(`http://[::1]:${service.port}/`)
  await service.close()
})
