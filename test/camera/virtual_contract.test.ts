import { virtualCameras } from '../kit/environment.ts'
import { cameraContract } from './contract.ts'

let cameras: Disposable

cameraContract({
  name: 'libcamera virtual (NV12)',
  backend: 'libcamera',
  camera: 'Virtual0',
  sizes: [
    [640, 480],
    [1280, 720],
  ],
  encoder: 'turbojpeg',
  fullSize: [1280, 720],
  still: 'beside the stream',
  setsFrameRate: true,
  shared: true,
  raw: { smaller: [640, 480] },
  setUp() {
    const size = (width: number, height: number) => ({ width, height, frame_rates: [30] })
    cameras = virtualCameras({
      Virtual0: { supported_formats: [size(640, 480), size(1280, 720)], test_pattern: 'bars' },
    })
  },
  tearDown: () => cameras[Symbol.dispose](),
})
