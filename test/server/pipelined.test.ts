import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { createApp, mjpegRouter, snapshotHandler } from '../../lib/server/index.ts'
import { serve } from '../../lib/server/serve.ts'
import { eventsOf } from '../../lib/server/event_feed.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { until } from '../kit/until.ts'

/** Sends requests one right behind the other, as HTTP/1.1 allows, and reads nothing. */
async function pipeline(url: string, ...paths: readonly string[]): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).pause()
  await once(socket, 'connect')
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`).join(''))
  return socket
}

async function liveCamera(): Promise<LastingCamera> {
  const camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240 })
  await camera.start()
  return camera
}

test.each(['auto', 'javascript'] as const)(
  'delivery %s: a client that goes while requests wait for their turn leaves nothing behind',
  async (delivery) => {
    await using camera = await liveCamera()
    await using service = await listening(createApp({ sources: [camera], delivery }))
    const hub = hubOf(camera)
    const waiting = ['/stream.mjpg', '/snapshot.jpg', '/api/events', '/still.jpg', '/snapshot.jpg?width=64', '/page.js']
    for (const first of ['/stream.mjpg', '/api/events']) {
      const client = await pipeline(service.url, first, ...waiting)
      await until(() => hub.viewers.size + eventsOf(camera).size > 0)
      // Whatever is answered out of turn would have been by now.
      await (await fetch(`${service.url}still.jpg`)).arrayBuffer()
      client.destroy()
      await until(() => hub.viewers.size + eventsOf(camera).size === 0)
      await until(() => camera.statistics().pool.lent === 0)
    }
    // Writes to all that it believes to listen.
    await camera.reconfigure({ width: 640, height: 480 })
    expect((await fetch(`${service.url}health`)).status).toBe(200)
  },
)

test("in a program of one's own too", async () => {
  await using camera = await liveCamera()
  const app = express().use('/cam', mjpegRouter(camera)).get('/picture', snapshotHandler(camera))
  await using service = await listening(app)
  const client = await pipeline(service.url, '/cam/stream.mjpg', '/cam/stream.mjpg', '/cam/snapshot.jpg', '/picture')
  await until(() => hubOf(camera).viewers.size > 0)
  await (await fetch(`${service.url}picture`)).arrayBuffer()
  client.destroy()
  await until(() => hubOf(camera).viewers.size === 0)
  await until(() => camera.statistics().pool.lent === 0)
})

test('requests that wait for their turn are answered in order', async () => {
  await using camera = await liveCamera()
  await using service = await listening(createApp({ sources: [camera] }))
  const client = await pipeline(
    service.url,
    '/snapshot.jpg',
    '/snapshot.jpg?width=64',
    '/page.js',
    '/version',
    '/stream?frames=2',
  )
  const chunks: Buffer[] = []
  client.on('data', (chunk: Buffer) => chunks.push(chunk)).resume()
  await once(client, 'close')
  const answer = Buffer.concat(chunks).toString('latin1')
  const types = [...answer.matchAll(/HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*?Content-Type: ([^\r;]+)/gi)].map(
    ([, type]) => type,
  )
  expect(types).toEqual([
    'image/jpeg',
    'image/jpeg',
    'text/javascript',
    'application/json',
    'multipart/x-mixed-replace',
  ])
  await until(() => camera.statistics().pool.lent === 0)
})

async function listening(app: express.Express): Promise<{ url: string } & AsyncDisposable> {
  const service = await serve(app, { port: 0, bind: '127.0.0.1', drain: async () => {} })
  return { url: service.url, [Symbol.asyncDispose]: () => service.close(100) }
}
