import { Webcams } from '../kit/environment.ts'
import { cameraContract } from './contract.ts'

const webcams = new Webcams()

cameraContract({
  name: 'libcamera uvcvideo (MJPEG)',
  backend: 'libcamera',
  camera: webcams.id(0),
  sizes: [
    [640, 480],
    [1280, 720],
  ],
  encoder: 'passthrough',
  exclusive: true,
  setUp: () => webcams.plug(0),
  tearDown: () => webcams[Symbol.dispose](),
})
