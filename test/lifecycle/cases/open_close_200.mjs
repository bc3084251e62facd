// Opened and closed 200 times: descriptors, threads and memory stay where they are.
import { descriptors, open, threads } from './common.mjs'

const once = async () => {
  const source = await open({ fps: 240 })
  const frame = await source.frame()
  frame.release()
  await source.close()
}
const measure = () => {
  globalThis.gc()
  return { descriptors: descriptors(), threads: threads(), rss: process.memoryUsage().rss }
}

for (let i = 0; i < 50; i++) await once()
const before = measure()
for (let i = 0; i < 200; i++) await once()
const after = measure()
console.log(JSON.stringify({ before, after }))
