import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { expect, test } from 'vitest'
import { openCamera } from '../../lib/index.ts'
import { mjpegRouter } from '../../lib/server/index.ts'
import { Picture } from '../kit/picture.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

test("a camera is mounted into somebody else's Express program", async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
  const app = express().use('/cam', mjpegRouter(camera))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cam`
    const snapshot = await fetch(`${url}/snapshot.jpg`)
    expect((await Picture.decode(new Uint8Array(await snapshot.arrayBuffer()))).width).toBe(320)
    await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
    expect((await Picture.decode((await viewer.part()).jpeg)).height).toBe(240)
  } finally {
    server.closeAllConnections()
    server.close()
  }
  await until(() => camera.statistics().pool.lent === 0)
})
