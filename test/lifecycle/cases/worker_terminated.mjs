// Workers are terminated while they open, while they stream and while they close.
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'
import { frames, open } from './common.mjs'

if (isMainThread) {
  for (let i = 0; i < 20; i++) {
    const worker = new Worker(fileURLToPath(import.meta.url))
    // 0: while opening; 1: in the middle of frames; 2: while closing
    const wanted = ['opening', 'streaming', 'closing'][i % 3]
    await new Promise((resolve, reject) => {
      worker.on('message', (stage) => stage === wanted && resolve())
      worker.on('error', reject)
    })
    await worker.terminate()
  }
  console.log('20 workers')
} else {
  parentPort.postMessage('opening')
  const source = await open({ fps: 240 })
  source.subscribe(() => {})
  await frames(source, 2)
  parentPort.postMessage('streaming')
  await frames(source, 5)
  parentPort.postMessage('closing')
  await source.close()
}
