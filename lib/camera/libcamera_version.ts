import { binding } from './binding.ts'
import { fromNative, MioError } from './errors.ts'

/** The libcamera that is used. */
export interface LibcameraVersion {
  /** Of the library that runs, in its own words, e.g. `v0.7.1+rpt20260429`. */
  readonly version: string
  /** Of the one that this package's backend was built for, e.g. `0.7.1`. */
  readonly builtFor: string
}

/**
 * The libcamera of this machine that a backend of this package fits; undefined where there is none.
 * @throws {MioError} `ERR_ADDON_NOT_BUILT`, `ERR_ADDON_LOAD`, `ERR_CAMERA`
 */
export async function libcameraVersion(): Promise<LibcameraVersion | undefined> {
  try {
    const { version, builtFor } = await binding().listCameras('libcamera')
    return { version, builtFor }
  } catch (thrown) {
    const error = fromNative(thrown, 'ask libcamera for its version')
    if (error instanceof MioError && error.code === 'ERR_LIBCAMERA_UNAVAILABLE') return undefined
    throw error
  }
}
