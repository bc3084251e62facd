/** A kind of camera that the contract is tested over, with what is particular to it. */
export interface CameraKind {
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  /** As `openCamera` takes it. */
  readonly camera: string
  readonly sizes: readonly (readonly [width: number, height: number])[]
  readonly encoder: 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  /** Whether a second opener is refused. */
  readonly exclusive: boolean
  /** Prepares the process before libcamera is opened. */
  setUp(): Promise<void> | void
  tearDown(): Promise<void> | void
}
