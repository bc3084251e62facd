import { MioError } from './errors.ts'
import type { CameraOptions, CheckedCameraOptions } from './options.ts'

/** The options of a camera for all in this process who have it open, by their names. */
export function settingsText({ camera, ...settings }: CheckedCameraOptions): string {
  return JSON.stringify(settings)
}

/** What {@link settingsText} was made of, for a camera that is called `camera` here. */
export function settingsFrom(text: string, camera: CheckedCameraOptions['camera']): CheckedCameraOptions {
  return { ...(JSON.parse(text) as Omit<CheckedCameraOptions, 'camera'>), camera }
}

/**
 * A camera that is open in this process already is shared as it is set: what was asked for must be equal, or be left out.
 * @param given the names of the options that were asked for
 * @throws {MioError} `ERR_CAMERA_BUSY`
 */
export function assertShareable(
  id: string,
  wanted: CheckedCameraOptions,
  running: CheckedCameraOptions,
  given: ReadonlySet<string>,
): void {
  for (const name of given as ReadonlySet<keyof CameraOptions>) {
    if (name === 'camera' || wanted[name] === running[name]) continue
    const [is, was] = [running[name], wanted[name]].map((value) => JSON.stringify(value) ?? 'not set')
    throw new MioError('ERR_CAMERA_BUSY', {
      asked: `open camera "${id}" with option ${name} ${was}`,
      found: `this process has it open already, with option ${name} ${is}`,
      remedy: 'Leave the option out to share the camera as it is, or change it for all with camera.reconfigure()',
    })
  }
}
