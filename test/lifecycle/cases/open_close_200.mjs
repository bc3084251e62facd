// Opened and closed 200 times: descriptors, threads and memory stay where they are.
import { setImmediate as turn } from 'node:timers/promises'
import { descriptors, open, threads } from './common.mjs'

const once = async () => {
  const source = await open({ fps: 240 })
  const frame = await source.frame()
  frame.release()
  await source.close()
}
const measure = async () => {
  // Finalizers run in turns of their own, and what they give up is garbage then.
  for (let i = 0; i < 5; i++) {
    globalThis.gc()
    await turn()
  }
  const { rss, external } = process.memoryUsage()
  return { descriptors: descriptors(), threads: threads(), rss, external }
}

for (let i = 0; i < 50; i++) await once()
const before = await measure()
for (let i = 0; i < 200; i++) await once()
const after = await measure()
console.log(JSON.stringify({ before, after }))
