import type { NativeControl } from './binding.ts'
import type { ControlValue } from './controls.ts'
import type { Point, Rectangle } from './geometry.ts'
import { MioError } from './errors.ts'

/** The window that is focused on, as a part of the picture's width and height. */
const windowSize = 0.15

/**
 * What to set so that the camera focuses.
 * @param crop the part of the sensor that the picture shows, in the sensor's pixels
 * @param orientation that viewers turn the picture by (Exif, 1 to 8). What the sensor turns itself does not count:
 *   libcamera's coordinates are those of the picture as it is read
 * @param point as it is seen, 0 to 1; undefined: all of the picture, all the time
 * @throws {MioError} `ERR_NOT_SUPPORTED`, `ERR_INVALID_OPTION`
 */
export function focusControls(
  natives: readonly NativeControl[],
  crop: Rectangle | undefined,
  orientation: number,
  point: Point | undefined,
): Record<string, ControlValue> {
  const has = (name: string, enumerator?: string): boolean => {
    const control = natives.find((native) => native.name === name)
    return control !== undefined && (enumerator === undefined || enumerator in (control.enumerators ?? {}))
  }
  const refuse = (found: string) => new MioError('ERR_NOT_SUPPORTED', { asked: 'focus', found })
  if (!has('AfMode', 'AfModeAuto') || !has('AfTrigger', 'AfTriggerStart')) throw refuse('the camera has no autofocus')
  if (!point) {
    const metering = has('AfMetering', 'AfMeteringAuto') ? { AfMetering: 'AfMeteringAuto' } : {}
    return has('AfMode', 'AfModeContinuous')
      ? { ...metering, AfMode: 'AfModeContinuous' }
      : { ...metering, AfMode: 'AfModeAuto', AfTrigger: 'AfTriggerStart' }
  }
  if (![point.x, point.y].every((part) => part >= 0 && part <= 1)) {
    throw new MioError('ERR_INVALID_OPTION', {
      asked: `focus on ${JSON.stringify(point)}`,
      found: 'expected x and y from 0 to 1',
    })
  }
  if (!has('AfWindows') || !has('AfMetering', 'AfMeteringWindows')) {
    throw refuse('the camera focuses on the whole picture only')
  }
  if (!crop) throw refuse('the camera does not tell which part of its sensor the picture shows')
  return {
    AfMetering: 'AfMeteringWindows',
    AfWindows: [windowAround(unturned(point, orientation), crop)],
    AfMode: 'AfModeAuto',
    AfTrigger: 'AfTriggerStart',
  }
}

/** Where a point of the picture as it is seen lies in the picture as it is encoded. */
function unturned({ x, y }: Point, orientation: number): Point {
  const left = orientation === 2 || orientation === 3 ? 1 - x : x
  const top = orientation === 3 || orientation === 4 ? 1 - y : y
  if (orientation < 5) return { x: left, y: top }
  return { x: orientation >= 7 ? 1 - y : y, y: orientation === 6 || orientation === 7 ? 1 - x : x }
}

/** Around the point, and within the picture. */
function windowAround({ x, y }: Point, crop: Rectangle): Rectangle {
  const width = Math.round(crop.width * windowSize)
  const height = Math.round(crop.height * windowSize)
  const place = (at: number, whole: number, part: number) =>
    Math.round(Math.min(Math.max(at * whole - part / 2, 0), whole - part))
  return { x: crop.x + place(x, crop.width, width), y: crop.y + place(y, crop.height, height), width, height }
}
