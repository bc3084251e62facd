// A frame outlives its camera: readable until it is released, and never after that.
import { open } from './common.mjs'

const source = await open()
const frame = await source.frame()
const other = frame.retain()
await source.close()
console.log(frame.data.subarray(0, 2).toString('hex'), source.statistics().pool.lent)
frame.release()
frame.release() // twice does nothing: the other holder keeps its share
console.log(other.data.subarray(0, 2).toString('hex'), source.statistics().pool.lent)
other.release()
try {
  console.log(frame.data)
} catch (error) {
  console.log(error.code, source.statistics().pool.lent)
}
