import { Webcams } from '../kit/environment.ts'
import { webcamPictures } from '../kit/webcam_pictures.ts'
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
  fullSize: [1920, 1080],
  still: 'instead of the stream',
  setsFrameRate: false,
  shared: true,
  raw: undefined,
  setUp: async () =>
    webcams.plug(
      0,
      await webcamPictures([
        [640, 480],
        [1280, 720],
        [1920, 1080],
      ]),
    ),
  tearDown: () => webcams[Symbol.dispose](),
})
