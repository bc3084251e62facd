// Tells when something moves, by the difference of brightness between frames: node examples/motion.mjs [camera]
import { openCamera } from 'motioninocean'

const [camera = '0'] = process.argv.slice(2)
/** Grey levels that count as a change, and the share of the looked-at pixels that must change. */
const threshold = 25
const share = 0.001
/** Only each so-many-th pixel of each so-many-th line is looked at. */
const step = 4

// Raw frames in a small size, from a second stream where the camera has one. Nothing is encoded or decoded.
const opened = await openCamera({ camera, width: 640, height: 360, fps: 10, rawSize: '320x180' })
process.once('SIGINT', () => void opened.close())

let before
let moving = false
for await (const frame of opened.frames({ format: 'yuv420' })) {
  const [luma] = frame.planes
  const now = new Uint8Array(Math.ceil(luma.width / step) * Math.ceil(luma.height / step))
  let changed = 0
  let i = 0
  for (let y = 0; y < luma.height; y += step) {
    for (let x = 0; x < luma.width; x += step, i++) {
      now[i] = luma.data[y * luma.stride + x]
      if (before && Math.abs(now[i] - before[i]) > threshold) changed++
    }
  }
  const { timestamp } = frame
  frame.release()
  const moves = changed > share * now.length
  before = now
  if (moves !== moving) console.log(new Date(timestamp).toISOString(), moves ? 'something moves' : 'still again')
  moving = moves
}
