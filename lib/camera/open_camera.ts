import { Camera } from './camera.ts'
import type { ControlPanel } from './control_panel.ts'
import { findCamera, keepingLibcamera } from './list.ts'
import { checkCameraOptions, type CameraOptions, type CheckedCameraOptions } from './options.ts'
import { withTrueCause } from './true_cause.ts'

/**
 * Opens a camera and resolves when its first picture has come.
 *
 * ```ts
 * await using camera = await openCamera({ camera: 0, width: 1280, height: 720, fps: 30 })
 * ```
 * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_NO_CAMERA`, `ERR_CAMERA_BUSY`, `ERR_CAMERA_CONFIG`,
 *   `ERR_CAMERA_STALLED`, `ERR_PERMISSION`, `ERR_NO_BUFFERS`, `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_ENCODER`
 */
export async function openCamera(options: CameraOptions = {}): Promise<Camera> {
  const checked = checkCameraOptions(options)
  return findAndOpen(checked.camera, checked)
}

/**
 * @internal Opens the camera that `wanted` names.
 * @param prepare sets controls before the first frame
 */
export async function findAndOpen(
  wanted: number | string,
  options: CheckedCameraOptions,
  prepare?: (controls: ControlPanel) => void,
): Promise<Camera> {
  const open = async () => Camera.open(await findCamera(wanted), options, prepare)
  if (wanted === 'synthetic') return open()
  try {
    return await keepingLibcamera(open)
  } catch (error) {
    throw withTrueCause(error, options)
  }
}
