// The process exits, and a worker is terminated, while the addon's thread sends to viewers.
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { mjpegRouter } from '../../../dist/server/index.js'
import { open } from './common.mjs'

/** Resolves with a server whose stream three viewers have begun to see. */
async function deliver() {
  const source = await open({ fps: 120 })
  const server = createServer(express().use(mjpegRouter(source))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${server.address().port}`
  const viewers = Array.from({ length: 3 }, async () => {
    const [response] = await once(get(`${url}/stream.mjpg`), 'response')
    response.on('error', () => {})
    await once(response, 'data')
    response.resume()
  })
  await Promise.all(viewers)
  return url
}

if (isMainThread) {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(fileURLToPath(import.meta.url))
    await once(worker, 'message')
    await worker.terminate()
  }
  const url = await deliver()
  // A frame is had although none goes through JavaScript.
  const snapshot = await fetch(`${url}/snapshot.jpg`)
  console.log(snapshot.status)
  process.exit(0)
} else {
  await deliver()
  parentPort.postMessage('delivering')
}
