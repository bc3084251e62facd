import type { Camera } from '../camera/camera.ts'
import { openCamera } from '../camera/open_camera.ts'
import type { CameraOptions } from '../camera/options.ts'

/**
 * The built-in camera: a moving scene with a frame number, a clock and the word SYNTHETIC, in real time and through the
 * same encoders and pools as a real one. It runs on any machine, as often as one likes.
 * @throws {MioError} `ERR_INVALID_OPTION`
 */
export function syntheticCamera(options: Omit<CameraOptions, 'camera'> = {}): Promise<Camera> {
  return openCamera({ width: 320, height: 240, ...options, camera: 'synthetic' })
}
