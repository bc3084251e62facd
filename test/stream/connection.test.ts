import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Connection, connectionOf } from '../../lib/stream/connection.ts'
import { descriptorOf, limitBacklog } from '../../lib/camera/socket_options.ts'

let server: http.Server
let connected: (connection: Connection, socket: net.Socket) => void
let seen: Promise<[Connection, net.Socket]>

beforeEach(async () => {
  seen = new Promise((resolve) => (connected = (...both) => resolve(both)))
  server = http.createServer((request, response) => {
    response.removeHeader('Transfer-Encoding')
    response.writeHead(200, { Connection: 'close' })
    connected(connectionOf(response), request.socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function connect(): net.Socket {
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  client.on('error', () => {})
  return client
}

/** What the kernel took of a connection whose other side does not read. */
async function swallowed(connection: Connection, chunk: Buffer): Promise<number> {
  let bytes = 0
  for (;;) {
    const taken = new Promise<boolean>((resolve) => connection.write(chunk, () => resolve(true)))
    // The kernel takes what it takes at once.
    const enough = new Promise<boolean>((resolve) => setTimeout(resolve, 100, false))
    if (!(await Promise.race([taken, enough]))) return bytes
    bytes += chunk.length
  }
}

test('a stalled connection is left with a frame, not with megabytes of old ones', async () => {
  connect().pause()
  const [connection, socket] = await seen
  expect(connection.limitBacklog(128 * 1024)).toBe(true)
  const limited = await swallowed(connection, Buffer.alloc(128 * 1024))
  socket.destroy()

  seen = new Promise((resolve) => (connected = (...both) => resolve(both)))
  connect().pause()
  const [other] = await seen
  expect(limited).toBeLessThan((await swallowed(other, Buffer.alloc(128 * 1024))) - 500_000)
})

test('what has no descriptor is sent without delay at least', () => {
  const socket = new net.Socket()
  expect(descriptorOf(socket)).toBeUndefined()
  expect(limitBacklog(socket, 1000)).toBe(false)
})

test('the client hears of the end, and the connection of the client', async () => {
  const client = connect()
  const [connection] = await seen
  const closed = new Promise<void>((resolve) => connection.onClose(resolve))
  connection.write(Buffer.from('last'))
  connection.end()
  let text = ''
  client.on('data', (data) => (text += data.toString()))
  await once(client, 'end')
  expect(text).toMatch(/\r\n\r\nlast$/)
  await closed
})
