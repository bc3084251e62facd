// Two cameras in one picture: node examples/side_by_side.mjs [camera] [camera] [file]
import { openCamera } from 'motioninocean'
import sharp from 'sharp'

const [left = '0', right = '1', file = 'both.jpg'] = process.argv.slice(2)
const size = { width: 640, height: 480 }

// One bad camera does not stop another: each fails by itself.
const cameras = await Promise.all([left, right].map((camera) => openCamera({ camera, ...size })))
try {
  const asked = performance.now()
  const jpegs = await Promise.all(cameras.map((camera) => camera.snapshot({ maxAge: 0 })))
  await sharp({ create: { width: 2 * size.width, height: size.height, channels: 3, background: 'black' } })
    .composite(jpegs.map((input, i) => ({ input, left: i * size.width, top: 0 })))
    .jpeg()
    .toFile(file)
  console.log(`${file} after ${Math.round(performance.now() - asked)} ms`)
} finally {
  await Promise.all(cameras.map((camera) => camera.close()))
}
