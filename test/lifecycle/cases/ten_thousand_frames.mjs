// Ten thousand frames are open at once and never released: no starvation, a warning, and all come back.
import { frames, open } from './common.mjs'

const warned = new Promise((resolve) => {
  process.on('warning', ({ code }) => code === 'MIO_FRAME_NOT_RELEASED' && resolve(code))
})
const source = await open({ fps: 240 })
const held = []
const stop = source.subscribe((frame) => {
  for (let i = 0; i < 100; i++) held.push(frame.retain())
})
await frames(source, 100)
stop()
await frames(source, 10)
const { dropped, copied } = source.statistics()
console.log(held.length >= 10_000, dropped.noSlot, copied.frames > 0)
held.length = 0
const collect = setInterval(() => globalThis.gc(), 20)
console.log(await warned)
const keepGoing = source.subscribe(() => {})
while (source.statistics().pool.lent > 1) await frames(source, 1)
keepGoing()
clearInterval(collect)
await source.close()
console.log(source.statistics().pool.lent)
