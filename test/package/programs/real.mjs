// Opens libcamera's first camera and takes a picture, or tells why not.
import { listCameras, openCamera } from 'motioninocean'

const cameras = (await listCameras()).map(({ id }) => id)
try {
  const camera = await openCamera({ camera: process.argv[2] ?? 0, width: 320, height: 240 })
  const jpeg = await camera.snapshot()
  await camera.close()
  console.log(JSON.stringify({ cameras, begin: jpeg.subarray(0, 2).toString('hex') }))
} catch ({ code, message }) {
  console.log(JSON.stringify({ cameras, code, message }))
}
