import { Camera, type Opening } from './camera.ts'
import { findCamera, keepingLibcamera } from './list.ts'
import { checkCameraOptions, type CameraOptions, type CheckedCameraOptions } from './options.ts'
import { withTrueCause } from './true_cause.ts'

/**
 * Opens a camera and resolves when its first picture has come. A real camera that is open in this process already, in this
 * thread or in another one, is shared as it is set; options that are given must then be equal.
 *
 * ```ts
 * await using camera = await openCamera({ camera: 0, width: 1280, height: 720, fps: 30 })
 * ```
 * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_NO_CAMERA`, `ERR_CAMERA_BUSY`, `ERR_CAMERA_CONFIG`,
 *   `ERR_CAMERA_STALLED`, `ERR_PERMISSION`, `ERR_NO_BUFFERS`, `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_ENCODER`
 */
export async function openCamera(options: CameraOptions = {}): Promise<Camera> {
  const checked = checkCameraOptions(options)
  return findAndOpen(checked.camera, checked, namesOf(options))
}

/**
 * @internal Opens the camera that `wanted` names.
 * @param given the names of the options that were asked for; all others may be as they are in a shared camera
 */
export async function findAndOpen(
  wanted: number | string,
  options: CheckedCameraOptions,
  given: ReadonlySet<string>,
  opening?: Opening,
): Promise<Camera> {
  const open = async () => {
    const info = await findCamera(wanted)
    opening?.admit?.(info)
    return Camera.open(info, options, given, opening)
  }
  if (wanted === 'synthetic') return open()
  try {
    return await keepingLibcamera(open)
  } catch (error) {
    throw withTrueCause(error, options)
  }
}

/** @internal The names of the options that are given. */
export function namesOf(options: object): Set<string> {
  return new Set(Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name])))
}
