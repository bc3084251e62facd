// The process ends by itself once the camera is closed, and not before.
import { frames, open } from './common.mjs'

const source = await open()
await frames(source, 3)
const frame = await source.frame()
await source.close()
console.log(frame.data.length > 0)
