import type { Frame } from './frame.ts'

/** Whether pictures come, and if not, why and since when. */
export interface CameraState {
  /**
   * `starting`: opened, no frame yet. `live`: frames come. `waiting`: no frames; it is being opened again.
   * `closed`: for good.
   */
  readonly status: 'starting' | 'live' | 'waiting' | 'closed'
  readonly since: Date
  /** The stable error code behind `waiting`, e.g. `ERR_CAMERA_UNPLUGGED`. */
  readonly code?: string
  /** One sentence for people. */
  readonly message?: string
}

/** How the camera is really set, as opposed to what was asked for. */
export interface CameraMode {
  readonly width: number
  readonly height: number
  /** Frames per second that were set; 0 where the camera cannot be set and runs at its own rate. */
  readonly fps: number
  /** libcamera's name of the pixel format, e.g. `NV12`, `YUV420`, `MJPEG`. */
  readonly format: string
  /** Bytes from one line to the next in the first plane; 0 for MJPEG. */
  readonly stride: number
  readonly bufferCount: number
  /** Where the camera's buffers come from, e.g. `dma-heap linux,cma` or `allocator`. */
  readonly memory: string
}

export interface EncoderInfo {
  readonly name: 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  /** Why this one, in words. */
  readonly reason: string
}

/** Counters since the camera was opened, and the pool's state now. */
export interface CameraStatistics {
  /** Frames that the camera completed. */
  captured: number
  /** JPEGs made. Stays where it is while nobody watches. */
  encoded: number
  /** JPEGs handed to JavaScript. */
  delivered: number
  /** Frames not encoded because nobody watched. */
  unwatched: number
  /** Frames dropped, by cause: no free slot, encoder busy, a newer JPEG came before this one was fetched. */
  dropped: { noSlot: number; encoderBusy: number; superseded: number }
  /** Frames that the camera marked as broken, and JPEGs that arrived truncated. */
  errors: { marked: number; truncated: number; encoder: number }
  /** Slots now lent to consumers, and the pool's size. */
  pool: { slots: number; lent: number }
  /** JPEGs copied out of the pool because consumers held too many, and their bytes. */
  copied: { frames: number; bytes: number }
  /** Frames per second delivered over the last seconds. */
  fps: number
  /** Milliseconds since the exposure of the newest frame; undefined before the first. */
  lastFrameAge: number | undefined
}

/**
 * What the stream and the server need of a camera. A {@link Camera} is one; so is the `LastingCamera`
 * that the service keeps open.
 */
export interface FrameSource {
  /** Stable and URL-safe. */
  readonly id: string
  /** For people, e.g. `imx708`. */
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  readonly state: CameraState
  /** Undefined while the camera could not be opened. */
  readonly mode: CameraMode | undefined
  readonly encoder: EncoderInfo | undefined
  /** How often the camera has been opened again after a fault. */
  readonly restarts: number
  /**
   * Calls `listener` with each new frame. The frame is borrowed: it is valid during the call, `retain()`
   * it to keep it. The camera encodes as long as anybody is subscribed.
   * @returns a function that ends the subscription.
   */
  subscribe(listener: (frame: Frame) => void): () => void
  /** Calls `listener` whenever {@link state} has changed. */
  onState(listener: (state: CameraState) => void): () => void
  /**
   * One frame on loan.
   * @param options.maxAge milliseconds since exposure at most; 0 means exposed after this call. Default 500.
   * @param options.timeout milliseconds to wait at most. Default 5000.
   * @throws {MioError} `ERR_SNAPSHOT_TIMEOUT`, `ERR_CAMERA_CLOSED`
   */
  frame(options?: { maxAge?: number; timeout?: number }): Promise<Frame>
  statistics(): CameraStatistics
}
