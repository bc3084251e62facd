// The main thread and a worker stream at once; the worker's end is not the main thread's.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { camera, frames, open } from './common.mjs'

if (isMainThread) {
  const source = await open()
  source.subscribe(() => {})
  const other = process.env.CASE_OTHER_CAMERA ?? camera
  const worker = new Worker(fileURLToPath(import.meta.url), { env: { ...process.env, CASE_CAMERA: other } })
  await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.on('error', reject)
  })
  await worker.terminate()
  await frames(source, 5)
  await source.close()
  console.log(source.statistics().pool.lent)
} else {
  const source = await open()
  source.subscribe(() => {})
  await frames(source, 3)
  parentPort.postMessage('streaming')
}
