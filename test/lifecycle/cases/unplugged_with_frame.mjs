// The camera is pulled out while a frame is held: the frame stays what it was.
import { open } from './common.mjs'

const source = await open()
const frame = await source.frame()
const before = frame.copy()
const fault = new Promise((resolve) => source.once('fault', resolve))
console.log('holding')
const { code } = await fault
console.log(code, before.equals(frame.data))
frame.release()
console.log(source.statistics().pool.lent)
