// What a program does with the package, on any machine.
import { listCameras, openCamera, version } from 'motioninocean'

const cameras = await listCameras()
const camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
let frames = 0
for await (const frame of camera.frames()) {
  frame.release()
  if (++frames === 3) break
}
const jpeg = await camera.snapshot({ maxAge: 0 })
await camera.close()
console.log(
  JSON.stringify({
    version,
    cameras: cameras.map(({ id }) => id),
    frames,
    begin: jpeg.subarray(0, 2).toString('hex'),
    lent: camera.statistics().pool.lent,
  }),
)
