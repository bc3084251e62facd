import net from 'node:net'
import { expect, test } from 'vitest'
import { serve } from '../../lib/server/serve.ts'

/** Sends `text`, and collects what comes until the server closes. */
async function exchange(port: number, text: string | Buffer): Promise<string> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
  socket.write(text)
  await new Promise((resolve) => socket.once('close', resolve))
  return answer
}

const options = { port: 0, bind: '127.0.0.1', drain: async () => {} }

test('headers that are too large are refused', async () => {
  const service = await serve((_request, response) => response.end('ok'), options)
  expect(await exchange(service.port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  )
  await service.close()
})

test.each([
  ['no request at all', ''],
  ['half a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['half a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'],
])('%s costs a connection for a while, and then nothing', async (_, text) => {
  const patience = { headers: 300, request: 600, idle: 300 }
  const service = await serve((request, response) => request.resume().on('end', () => response.end()), {
    ...options,
    patience,
  })
  const answer = await exchange(service.port, text)
  // A connection on which nothing came is closed without a word.
  expect(answer === '' || answer.startsWith('HTTP/1.1 408 ')).toBe(true)
  await expect.poll(() => service.connections()).toBe(0)
  await service.close()
})
