import { type EncoderNumber, HardwareEncoders, virtualCameras } from '../kit/environment.ts'
import type { CameraKind } from './camera_kind.ts'

/**
 * libcamera's virtual camera with a hardware encoder behind it.
 * @param output `slots`: the JPEGs are written into imported slots; `copy`: into the device's own buffers.
 */
export function hardwareKind(encoder: EncoderNumber, output: 'slots' | 'copy'): CameraKind {
  let cameras: Disposable
  let encoders: HardwareEncoders
  return {
    name: `libcamera virtual (${encoder === 11 ? 'MJPG by bitrate' : 'JPEG by quality'}, ${output})`,
    backend: 'libcamera',
    camera: 'Virtual0',
    sizes: [
      [640, 480],
      [1280, 720],
    ],
    encoder: 'v4l2-m2m',
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
      encoders = new HardwareEncoders(encoder)
      if (output === 'copy') encoders.on(encoder, 'no-dmabuf')
    },
    tearDown() {
      cameras[Symbol.dispose]()
      encoders[Symbol.dispose]()
    },
  }
}
