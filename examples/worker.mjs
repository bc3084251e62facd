// Works on frames in a thread of its own, so that the main thread stays free: node examples/worker.mjs [camera] [frames]
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { openCamera } from 'motioninocean'

if (isMainThread) {
  const [camera = '0', count = '30'] = process.argv.slice(2)
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { camera, count: Number(count) } })
  worker.on('message', (line) => console.log(line))
  // A worker that fails, or is terminated in mid-frame, takes neither the process nor other cameras with it.
  worker.on('error', (error) => console.error(error.message))
} else {
  // Others may have this camera open too, here or in the main thread: all share it. Frames are on loan in the thread that
  // got them, and only copies can be posted elsewhere.
  const { camera, count } = workerData
  const opened = await openCamera({ camera, width: 640, height: 480 })
  let left = count
  for await (const frame of opened.frames()) {
    parentPort.postMessage(`frame ${frame.sequence}: ${frame.data.length} bytes`)
    frame.release()
    if (--left === 0) break
  }
  await opened.close()
}
