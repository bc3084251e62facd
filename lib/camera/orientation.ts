import type { NativeOptions } from './binding.ts'
import type { CheckedCameraOptions } from './options.ts'
import type { CameraMode } from './source.ts'

/**
 * Who turns and mirrors the picture: the sensor does mirrors and a turn by 180 degrees, which is both mirrors;
 * viewers do a quarter turn, by Exif.
 *
 * Mirrors count for the picture as it is seen. To mirror what has been turned by 90 degrees left and right is to
 * turn what has been mirrored top and bottom.
 */
export function planOrientation({
  rotation,
  hflip,
  vflip,
}: Pick<CheckedCameraOptions, 'rotation' | 'hflip' | 'vflip'>): Pick<
  NativeOptions,
  'rotate180' | 'hflip' | 'vflip' | 'orientation'
> {
  if (rotation === 90 || rotation === 270) {
    return { rotate180: false, hflip: vflip, vflip: hflip, orientation: rotation === 90 ? 6 : 8 }
  }
  return { rotate180: rotation === 180, hflip, vflip, orientation: 1 }
}

/** The size of a picture as viewers see it, who turn it as its Exif orientation says. */
export function sizeAsSeen({ width, height, orientation }: CameraMode): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/** Whether the sensor has to be set anew to come from one to the other. */
export function sameSensor(a: CheckedCameraOptions, b: CheckedCameraOptions): boolean {
  const mirrors = (options: CheckedCameraOptions) => {
    const { rotate180, hflip, vflip } = planOrientation(options)
    return [rotate180 !== hflip, rotate180 !== vflip].join()
  }
  return mirrors(a) === mirrors(b)
}
