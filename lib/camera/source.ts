import type { NativeSender } from './binding.ts'
import type { Control, ControlValue } from './controls.ts'
import type { MioError } from './errors.ts'
import type { Frame } from './frame.ts'
import type { Point, Rectangle } from './geometry.ts'
import type { CapturePatch, CaptureSettings } from './options.ts'
import type { RawMode } from './raw_frame.ts'
import type { SensorMode } from './sensor_mode.ts'

/** Whether pictures come, and if not, why and since when. */
export interface CameraState {
  /**
   * `starting`: opened, no frame yet. `live`: frames come. `waiting`: no frames; it is being opened again.
   * `idle`: stopped because nobody watches; the first who asks for a picture wakes it. `closed`: for good.
   */
  readonly status: 'starting' | 'live' | 'waiting' | 'idle' | 'closed'
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
  /**
   * Exif orientation that each JPEG tells its viewers, 1 to 8; 1 is upright. With 5 to 8 the picture is seen
   * turned: as wide as `height` and as high as `width`.
   */
  readonly orientation: number
  /** The sensor's mode, where the camera tells; undefined for webcams and the like. */
  readonly sensor?: SensorMode
  /** The part of the sensor that the picture shows, in the sensor's pixels, where the camera tells. */
  readonly crop?: Rectangle
  /** Whether the stream goes on while a full-size still is taken. */
  readonly still: 'beside the stream' | 'instead of the stream'
  /** What raw frames are made of; undefined where there are none, as of a camera that gives JPEGs. */
  readonly raw?: RawMode
}

/** What makes the JPEGs now. It may change while frames come: a hardware encoder that fails is replaced. */
export interface EncoderInfo {
  readonly name: 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  /** Why this one, in words. */
  readonly reason: string
  /** A hardware encoder's device, e.g. `/dev/video31 (bcm2835-codec-encode_image)`. */
  readonly device: string | undefined
  /** How the JPEGs get into the pool's slots, e.g. `into slots in dma-heap linux,cma`. */
  readonly output: string
  /** Bytes of JPEG that the CPU copied from a device's own buffers into slots, since the camera was opened. */
  readonly bytesCopied: number
  /** How often the hardware has failed since the camera was opened. */
  readonly fallbacks: number
  /** Devices that were looked at and not taken, and why. */
  readonly refusals: readonly { readonly device: string; readonly why: string }[]
}

/**
 * Told when another encoder takes over.
 * @param fault `ERR_ENCODER` with the reason when the hardware failed; undefined when it works again.
 */
export type EncoderListener = (now: EncoderInfo, fault: MioError | undefined) => void

/** Counters since the camera was opened, and the pool's state now. */
export interface CameraStatistics {
  /** Frames that the camera completed. */
  captured: number
  /** JPEGs made. Stays where it is while nobody watches. */
  encoded: number
  /** JPEGs handed on, to JavaScript or to a sender. */
  delivered: number
  /** Frames not encoded because nobody watched. */
  unwatched: number
  /** Frames not encoded because the exposure had not settled yet, just after a start. */
  unsettled: number
  /** Frames dropped, by cause: no free slot, encoder busy, a newer JPEG came before this one was fetched. */
  dropped: { noSlot: number; encoderBusy: number; superseded: number }
  /** Frames that the camera marked as broken, and JPEGs that arrived truncated. */
  errors: { marked: number; truncated: number; encoder: number }
  /** Slots now lent to consumers, and the pool's size. */
  pool: { slots: number; lent: number }
  /** JPEGs copied out of the pool because consumers held too many, and their bytes. */
  copied: { frames: number; bytes: number }
  /**
   * Raw frames: slots of their pools, those lent now, those copied because consumers held too many, and pictures of
   * which none was made because the last one was still copied or no slot was free. All 0 while nobody asks for any.
   */
  raw: { slots: number; lent: number; copied: number; missed: number }
  /** As in {@link EncoderInfo}. */
  encoder: { fallbacks: number; bytesCopied: number }
  /** Frames per second delivered over the last seconds. */
  fps: number
  /** JPEG quality that is asked of the encoder now: below the wanted one while the bitrate's limit demands it. */
  quality: number
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
  /** Undefined while the camera could not be opened. */
  readonly encoder: EncoderInfo | undefined
  /** How often the camera has been opened again after a fault. */
  readonly restarts: number
  /** The same by the code of the fault, e.g. `{ ERR_CAMERA_STALLED: 2 }`. */
  readonly restartReasons: Readonly<Record<string, number>>
  /** The camera's controls by name, each with its range and what is in force. */
  readonly controls: Readonly<Record<string, Control>>
  /** What was asked for and can be changed by {@link reconfigure}; {@link mode} tells what came of it. */
  readonly settings: CaptureSettings
  /**
   * Calls `listener` with each new frame. The frame is borrowed: it is valid during the call, `retain()`
   * it to keep it. The camera encodes as long as anybody is subscribed.
   * @returns a function that ends the subscription.
   */
  subscribe(listener: (frame: Frame) => void): () => void
  /**
   * @internal
   * Gives each new frame to `sender` too, without JavaScript. Where a source cannot, frames go through
   * {@link subscribe} alone. The camera encodes as long as there is any subscriber or sender.
   * @returns a function that ends it.
   */
  feed?(sender: NativeSender): () => void
  /** Calls `listener` whenever {@link state} has changed. */
  onState(listener: (state: CameraState) => void): () => void
  /** Calls `listener` whenever another encoder takes over. */
  onEncoder(listener: EncoderListener): () => void
  /**
   * One frame on loan.
   * @param options.maxAge milliseconds since exposure at most; 0 means exposed after this call. Default 500.
   * @param options.timeout milliseconds to wait at most. Default 5000.
   * @throws {MioError} `ERR_SNAPSHOT_TIMEOUT`, `ERR_CAMERA_CLOSED`
   */
  frame(options?: { maxAge?: number; timeout?: number }): Promise<Frame>
  /**
   * Sets controls; they take effect with one of the next frames. One bad value, and nothing is set.
   * @throws {MioError} `ERR_UNKNOWN_CONTROL`, `ERR_INVALID_OPTION`, `ERR_CAMERA_CLOSED`
   */
  setControls(values: Readonly<Record<string, ControlValue>>): Promise<void>
  /**
   * Sets all that was set by {@link setControls} back to the camera's defaults.
   * @throws {MioError} `ERR_CAMERA_CLOSED`
   */
  resetControls(): Promise<void>
  /**
   * Focuses once on a point of the picture; without one, goes back to focusing by itself on the whole of it.
   * @param point as it is seen, from 0, 0 (left, top) to 1, 1
   * @throws {MioError} `ERR_NOT_SUPPORTED` where the camera has no autofocus, `ERR_INVALID_OPTION`,
   *   `ERR_CAMERA_CLOSED`
   */
  focus(point?: Point): Promise<void>
  /**
   * Changes how the camera captures, with all who are subscribed kept. Quality and, where the camera can, the
   * frame rate change from one frame to the next; all else stops the camera for a moment. When the change
   * fails, the camera goes on as it was.
   * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_CAMERA_CONFIG`, `ERR_ENCODER`, `ERR_NO_BUFFERS`,
   *   `ERR_CAMERA_CLOSED`
   */
  reconfigure(patch: CapturePatch): Promise<void>
  /**
   * One picture in the camera's full resolution, in memory of its own. Where the camera cannot give it beside
   * the stream, the stream pauses for it. The stream goes on afterwards, whatever comes of it.
   * @param options.timeout milliseconds to wait at most. Default 10 000.
   * @throws {MioError} `ERR_SNAPSHOT_TIMEOUT`, `ERR_CAMERA_CLOSED`, `ERR_NO_BUFFERS`, `ERR_CAMERA_CONFIG`
   */
  still(options?: { timeout?: number }): Promise<Frame>
  statistics(): CameraStatistics
}
