import { cameraContract } from './contract.ts'

cameraContract({
  name: 'synthetic',
  backend: 'synthetic',
  camera: 'synthetic',
  // The last width is no multiple of 64: lines in memory are longer than the picture is wide.
  sizes: [
    [640, 480],
    [1280, 720],
    [720, 406],
  ],
  encoder: 'turbojpeg',
  fullSize: [2592, 1944],
  still: 'beside the stream',
  setsFrameRate: true,
  shared: false,
  raw: { smaller: [320, 180] },
  setUp() {},
  tearDown() {},
})
