import net from 'node:net'
import express from 'express'
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
  const closed = service.close(20_000)
  await keptClosed
  answer!()
  expect(await (await slow).text()).toBe('slow')
  const begin = performance.now()
  await closed
  // Not after the 5 s for which a connection is kept.
  expect(performance.now() - begin).toBeLessThan(3000)
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

test('requests and answers are born as an Express application wants them, each server with its own', async () => {
  const apps = [express(), express()]
  for (const [i, app] of apps.entries()) {
    const { request: ofRequests, response: ofAnswers } = app
    app.get('/', (request, response) => {
      // What Express has set is what they had: else each would be changed after V8 had learned what it is.
      const born = [request.constructor.prototype, response.constructor.prototype] as unknown[]
      const has = [Object.getPrototypeOf(request), Object.getPrototypeOf(response)] as unknown[]
      const own = request.app === app && response.app === app
      const inherited = request.constructor !== ofRequests.constructor && response.constructor !== ofAnswers.constructor
      response.set('X-Index', `${i}`).json({ born: born.every((it, j) => it === has[j]), own, inherited })
    })
    const service = await serve(app, local)
    const response = await fetch(service.url)
    expect(response.headers.get('x-index')).toBe(`${i}`)
    expect(await response.json()).toEqual({ born: true, own: true, inherited: true })
    await service.close()
  }
})
