import type { MioError } from '../camera/errors.ts'

/** What libcamera says of itself. */
export interface Libcamera {
  /** Of the library in use. */
  readonly version: string
  /** Of the headers that its backend was compiled with. */
  readonly builtFor: string
  readonly cameras: readonly { readonly id: string; readonly model: string }[]
}

/** The hardware encoders. */
export interface Encoders {
  /** Device paths, best first. */
  readonly candidates: readonly string[]
  readonly refusals: readonly { readonly device: string; readonly why: string }[]
}

/** What only the addon can find out. */
export interface Probes {
  /** Resolves with the error where there is no libcamera. */
  libcamera(): Promise<Libcamera | MioError>
  /** Those that take pictures of this size in pixels. */
  encoders(size: { width: number; height: number }): Promise<Encoders>
}
