// The last reference to the camera is dropped while frames come: it goes on, and its Buffers stay valid.
import { frames, open } from './common.mjs'

let kept
let count = 0
await (async () => {
  const source = await open({ fps: 240 })
  source.subscribe((frame) => {
    kept ??= frame.retain()
    globalThis.gc()
    if (++count === 20) void source.close()
  })
  await frames(source, 3)
})()
while (count < 20) await new Promise((resolve) => setImmediate(resolve))
console.log(kept.data.subarray(0, 2).toString('hex'))
