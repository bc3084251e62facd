// Two workers and the main thread stream at once; each ends for itself.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { frames, open } from './common.mjs'

const source = await open()
source.subscribe(() => {})
if (isMainThread) {
  const workers = [1, 2].map(() => new Worker(fileURLToPath(import.meta.url)))
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve)
          worker.on('error', reject)
        }),
    ),
  )
  // One is torn down in mid-frame, the other closes its camera.
  await workers[0].terminate()
  const left = new Promise((resolve) => workers[1].once('exit', resolve))
  workers[1].postMessage('close')
  console.log('left with', await left)
  await frames(source, 5)
  await source.close()
  console.log(source.statistics().pool.lent)
} else {
  await frames(source, 3)
  parentPort.postMessage('streaming')
  parentPort.once('message', () => void source.close())
}
