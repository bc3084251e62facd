// Frames are never released: the camera goes on, a warning says so, and garbage collection gives them back.
import { frames, open } from './common.mjs'

const warned = new Promise((resolve) => {
  process.on('warning', ({ code }) => code === 'MIO_FRAME_NOT_RELEASED' && resolve(code))
})
const source = await open({ fps: 240 })
const keepGoing = source.subscribe(() => {})
for (let i = 0; i < 300; i++) await source.frame({ maxAge: 0 })
await frames(source, 10)
const { dropped } = source.statistics()
const collect = setInterval(() => globalThis.gc(), 20)
console.log(await warned, dropped.noSlot)
while (source.statistics().pool.lent > 1) await frames(source, 1)
clearInterval(collect)
keepGoing()
await source.close()
console.log(source.statistics().pool.lent)
