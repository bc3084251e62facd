import type { NativeMode } from './binding.ts'
import { type CapturePatch, type CheckedCameraOptions, stallTimeout } from './options.ts'
import { sameSensor } from './orientation.ts'
import type { EncoderInfo } from './source.ts'

/** What changes without a stop; of the mirrors and turns as long as the sensor stays as it is set. */
const changeLive: ReadonlySet<string> = new Set<keyof CapturePatch>([
  'quality',
  'maxBitrate',
  'fps',
  'minFps',
  'rotation',
  'hflip',
  'vflip',
])

const changesRate = (before: CheckedCameraOptions, after: CheckedCameraOptions) =>
  after.fps !== before.fps || after.minFps !== before.minFps

/** Whether a camera can go from one to the other from one frame to the next. */
export function canChangeLive(
  before: CheckedCameraOptions,
  after: CheckedCameraOptions,
  { sensor }: Pick<NativeMode, 'sensor'>,
  encoder: EncoderInfo['name'],
): boolean {
  const keys = Object.keys({ ...before, ...after }) as (keyof CheckedCameraOptions)[]
  const changed = keys.filter((key) => after[key] !== before[key])
  if (!changed.every((key) => changeLive.has(key)) || !sameSensor(before, after)) return false
  if (!changesRate(before, after)) return true
  // Whoever watches for a stall is set up for one time.
  if (stallTimeout(before) !== stallTimeout(after)) return false
  // A rate may want another sensor mode, and a hardware encoder is set up for one.
  if (encoder === 'v4l2-m2m') return false
  return !sensor || (after.fps <= sensor.maxFps && (sensor.fullFieldOfView || after.fps >= before.fps))
}
