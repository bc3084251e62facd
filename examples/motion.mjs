// Tells when something moves, by the difference of brightness between frames: node examples/motion.mjs [camera]
import { openCamera } from 'motioninocean'
import sharp from 'sharp'

const [camera = '0'] = process.argv.slice(2)
const width = 80
const height = 45
/** Grey levels that count as a change, and the share of the picture that must change. */
const threshold = 25
const share = 0.001

const opened = await openCamera({ camera, width: 640, height: 360, fps: 10 })
process.once('SIGINT', () => void opened.close())

let before
let moving = false
for await (const frame of opened.frames()) {
  // libjpeg decodes at an eighth of the size almost for free, so small is also fast. The decoder reads in another
  // thread: the frame is held until it is done. While it works, newer frames replace each other.
  const luma = await sharp(frame.data).resize(width, height).greyscale().raw().toBuffer()
  const { timestamp } = frame
  frame.release()
  const changed = before ? luma.reduce((sum, value, i) => sum + Number(Math.abs(value - before[i]) > threshold), 0) : 0
  before = luma
  const moves = changed > share * width * height
  if (moves !== moving) console.log(new Date(timestamp).toISOString(), moves ? 'something moves' : 'still again')
  moving = moves
}
