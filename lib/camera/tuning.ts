import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { MioError } from './errors.ts'

/**
 * Has libcamera's Raspberry Pi cameras use this tuning file instead of their sensor's own, by libcamera's variable
 * `LIBCAMERA_RPI_TUNING_FILE`. Before anything else is asked of libcamera, which reads it when it finds the cameras.
 * @throws {MioError} `ERR_INVALID_OPTION` when there is no such file
 */
export function useTuningFile(path: string): void {
  try {
    accessSync(path, constants.R_OK)
  } catch (cause) {
    throw new MioError('ERR_INVALID_OPTION', {
      asked: `use the tuning file ${path}`,
      found: `it cannot be read: ${(cause as Error).message}`,
      cause,
    })
  }
  process.env['LIBCAMERA_RPI_TUNING_FILE'] = resolve(path)
}
