import type { NativeOptions } from './binding.ts'
import type { CameraInfo } from './list.ts'
import { planOrientation } from './orientation.ts'
import { type CheckedCameraOptions, stallTimeout } from './options.ts'

/** 0: no limit. */
function bytesPerSecond({ maxBitrate = 0 }: Pick<CheckedCameraOptions, 'maxBitrate'>): number {
  return (maxBitrate * 1e6) / 8
}

/** Options as the addon takes them. */
export function nativeOptions(
  { backend, backendId }: Pick<CameraInfo, 'backend' | 'backendId'>,
  options: CheckedCameraOptions,
): NativeOptions {
  const [rawWidth = 0, rawHeight = 0] = options.rawSize?.split('x').map(Number) ?? []
  const [sensorWidth = 0, sensorHeight = 0] =
    options.sensorMode === 'auto' ? [] : options.sensorMode.split('x').map(Number)
  return {
    ...options,
    // Each synthetic camera is one of its own: nothing is there that only one could have.
    shared: backend === 'libcamera',
    backend,
    id: backendId,
    minFps: options.minFps ?? 0,
    bufferCount: options.bufferCount ?? 0,
    frameTimeout: stallTimeout(options),
    ...planOrientation(options),
    maxBytesPerSecond: bytesPerSecond(options),
    sensorWidth,
    sensorHeight,
    still: options.stillStream,
    rawWidth,
    rawHeight,
  }
}
