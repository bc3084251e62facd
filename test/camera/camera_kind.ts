/** A kind of camera that the contract is tested over, with what is particular to it. */
export interface CameraKind {
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  /** As `openCamera` takes it. */
  readonly camera: string
  readonly sizes: readonly (readonly [width: number, height: number])[]
  readonly encoder: 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  /** What a still has, whatever the stream's size. */
  readonly fullSize: readonly [width: number, height: number]
  /** Whether the stream goes on while a still is taken. */
  readonly still: 'beside the stream' | 'instead of the stream'
  /** Whether the camera lets its frame rate be set. */
  readonly setsFrameRate: boolean
  /** Whether all who open it in one process have the same one. */
  readonly shared: boolean
  /** Whether it gives raw frames, and a size below 1280x720 that its second stream has. */
  readonly raw: { readonly smaller: readonly [width: number, height: number] } | undefined
  /** Prepares the process before libcamera is opened. */
  setUp(): Promise<void> | void
  tearDown(): Promise<void> | void
}
