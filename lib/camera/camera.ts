import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { awaitFrame, type FrameWish } from './await_frame.ts'
import { binding, type NativeCamera, type NativeEncoder, type NativeOpened, type NativeStatistics } from './binding.ts'
import {
  checkControls,
  defaultsOf,
  describeControl,
  withoutNames,
  type Control,
  type ControlValue,
  type Point,
} from './controls.ts'
import { fromNative, MioError } from './errors.ts'
import { Frame, Loan } from './frame.ts'
import { FrameIterator } from './frame_iterator.ts'
import { findCamera, keepingLibcamera, type CameraInfo } from './list.ts'
import { planOrientation, sameSensor } from './orientation.ts'
import {
  cameraOptions,
  captureSettings,
  checkCameraOptions,
  patchCameraOptions,
  type CameraOptions,
  type CapturePatch,
  type CaptureSettings,
  type CheckedCameraOptions,
} from './options.ts'
import type { CameraMode, CameraState, CameraStatistics, EncoderInfo, EncoderListener, FrameSource } from './source.ts'
import { readableOf, webReadableOf } from './readable.ts'
import { withTrueCause } from './true_cause.ts'

/**
 * With fewer free slots than this, frames are copied out of the pool: a consumer that holds many costs a
 * copy, but the camera always has a slot to write into. As many as can be under way at once: a picture in
 * each of four encoder threads, one that waits for them, and one in the mailbox.
 */
const reservedSlots = 6

/** Events of a {@link Camera}. */
export interface CameraEvents {
  /** The camera failed: unplugged, stalled, … It is closed now and can be opened again. */
  fault: [MioError]
  /** The state changed. */
  state: [CameraState]
  /** Another encoder has taken over: with `ERR_ENCODER` after the hardware has failed, without when it is back. */
  encoder: [EncoderInfo, MioError | undefined]
}

/**
 * Opens a camera and resolves when its first picture has come.
 *
 * ```ts
 * await using camera = await openCamera({ camera: 0, width: 1280, height: 720, fps: 30 })
 * ```
 * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_NO_CAMERA`, `ERR_CAMERA_BUSY`, `ERR_CAMERA_CONFIG`,
 *   `ERR_CAMERA_STALLED`, `ERR_PERMISSION`, `ERR_NO_BUFFERS`, `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_ENCODER`
 */
export async function openCamera(options: CameraOptions = {}): Promise<Camera> {
  const checked = checkCameraOptions(options)
  return findAndOpen(checked.camera, checked)
}

/** @internal Opens the camera that `wanted` names. */
export async function findAndOpen(wanted: number | string, options: CheckedCameraOptions): Promise<Camera> {
  const open = async () => Camera.open(await findCamera(wanted), options)
  if (wanted === 'synthetic') return open()
  try {
    return await keepingLibcamera(open)
  } catch (error) {
    throw withTrueCause(error, options)
  }
}

/** An opened camera. It keeps the process alive until it is closed. */
export class Camera extends EventEmitter<CameraEvents> implements FrameSource, AsyncDisposable {
  readonly id: string
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  /** The id as the backend has it. */
  readonly backendId: string
  readonly restarts = 0
  readonly restartReasons = {}

  readonly #native: NativeCamera
  #opened!: NativeOpened
  #options: CheckedCameraOptions
  #encoder!: NativeEncoder
  #orientation = 1
  /** Controls that were set, by name. */
  #set: Record<string, ControlValue> = {}
  #state: CameraState = { status: 'starting', since: new Date() }
  #early: MioError | undefined
  #closing: Promise<void> | undefined
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #iterators = new Set<FrameIterator>()
  #newest: Frame | undefined
  #delivered = 0
  readonly #copied = { frames: 0, bytes: 0 }
  /** How many failures of the hardware have been told. */
  #fallbacks = 0
  /** The last known; once closed, the addon tells only those of the pool. */
  #counters: Partial<NativeStatistics> = {}

  /** @internal Use {@link openCamera}. */
  static async open(info: CameraInfo, options: CheckedCameraOptions): Promise<Camera> {
    const camera = new Camera(info, options)
    await camera.#open(options)
    return camera
  }

  private constructor(info: CameraInfo, options: CheckedCameraOptions) {
    super()
    this.#options = options
    this.id = info.id
    this.name = info.name
    this.backend = info.backend
    this.backendId = info.backendId
    this.#native = new (binding().Camera)(
      (slot, length, sequence, wall, seconds, nanoseconds, lent, offset) => {
        const monotonic = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
        const { width, height } = this.#opened.mode
        this.#deliver(slot, offset, length, { width, height, sequence, timestamp: wall, monotonic }, lent)
      },
      (error) => this.#fail(fromNative(error, `camera "${this.id}"`) as MioError),
      (now) => this.#encoderChanged(now),
    )
  }

  async #open(options: CheckedCameraOptions): Promise<void> {
    try {
      this.#opened = await this.#native.open({
        ...options,
        backend: this.backend,
        id: this.backendId,
        minFps: options.minFps ?? 0,
        bufferCount: options.bufferCount ?? 0,
        ...planOrientation(options),
        maxBytesPerSecond: bytesPerSecond(options),
      })
    } catch (error) {
      await this.#native.close()
      throw fromNative(error, `open camera "${this.id}"`)
    }
    this.#encoder = this.#native.encoder()!
    this.#orientation = this.#opened.mode.orientation
    this.#setState({ status: 'live', since: new Date() })
    if (this.#early) this.#fail(this.#early)
  }

  get state(): CameraState {
    return this.#state
  }

  /** How the camera is really set. */
  get mode(): CameraMode {
    return { ...this.#opened.mode, orientation: this.#orientation }
  }

  /** What encodes now; once closed, what did last. */
  get encoder(): EncoderInfo {
    this.#encoder = this.#native.encoder() ?? this.#encoder
    return describeEncoder(this.#encoder)
  }

  get settings(): CaptureSettings {
    return captureSettings(this.#options)
  }

  /** The camera's controls by name, as libcamera describes them. Empty once closed. */
  get controls(): Readonly<Record<string, Control>> {
    return Object.fromEntries(
      this.#native.controls().map((native) => [native.name, describeControl(native, this.#set[native.name])]),
    )
  }

  async setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    this.#assertOpen('set controls')
    const natives = this.#native.controls()
    const settings = checkControls(natives, values)
    try {
      this.#native.setControls(settings)
    } catch (error) {
      throw fromNative(error, 'set controls')
    }
    this.#set = { ...this.#set, ...withoutNames(natives, values) }
  }

  async resetControls(): Promise<void> {
    this.#assertOpen('reset the controls')
    await this.setControls(defaultsOf(this.#native.controls(), Object.keys(this.#set)))
    this.#set = {}
  }

  async focus(_point?: Point): Promise<void> {
    this.#assertOpen('focus')
    throw this.#notYet('focus')
  }

  async reconfigure(patch: CapturePatch): Promise<void> {
    this.#assertOpen('reconfigure')
    const options = patchCameraOptions(this.#options, patch)
    if (Object.keys(patch).some((key) => !live.has(key)) || !sameSensor(this.#options, options)) {
      throw this.#notYet('reconfigure')
    }
    this.#native.setQuality(options.quality)
    this.#native.setMaxBytesPerSecond(bytesPerSecond(options))
    this.#orientation = this.#native.setOrientation(planOrientation(options).orientation)
    this.#options = options
  }

  async still(_options: { timeout?: number } = {}): Promise<Frame> {
    this.#assertOpen('take a still')
    throw this.#notYet('take a still')
  }

  #notYet(asked: string): MioError {
    return new MioError('ERR_NOT_SUPPORTED', { asked: `${asked} with camera "${this.id}"`, found: 'it cannot yet' })
  }

  /**
   * Sets the JPEG quality, 1 to 100, from the next frame on. A camera that gives JPEG itself does not mind.
   * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_CAMERA_CLOSED`
   */
  setQuality(quality: number): void {
    this.#assertOpen('set the quality')
    if (!cameraOptions.shape.quality.safeParse(quality).success) {
      throw new MioError('ERR_INVALID_OPTION', {
        asked: `set the quality to ${quality}`,
        found: 'expected an integer from 1 to 100',
      })
    }
    this.#native.setQuality(quality)
    this.#options = { ...this.#options, quality }
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    // A function of its own, so that the same listener can be subscribed twice.
    const entry = (frame: Frame) => listener(frame)
    this.#listeners.add(entry)
    if (this.#listeners.size === 1) this.#native.watch(true)
    return () => {
      if (!this.#listeners.delete(entry) || this.#listeners.size > 0) return
      this.#native.watch(false)
      this.#newest?.release()
      this.#newest = undefined
    }
  }

  onState(listener: (state: CameraState) => void): () => void {
    this.on('state', listener)
    return () => this.off('state', listener)
  }

  onEncoder(listener: EncoderListener): () => void {
    this.on('encoder', listener)
    return () => this.off('encoder', listener)
  }

  /**
   * The frames as they come, for one consumer; several at once may iterate. Each frame is the consumer's:
   * release it. A slow consumer gets the newest frame, never a queue. The iteration throws the camera's
   * fault, and ends when the camera is closed.
   */
  frames(): FrameIterator {
    this.#assertOpen('iterate frames')
    const iterator: FrameIterator = new FrameIterator(this, () => this.#iterators.delete(iterator))
    this.#iterators.add(iterator)
    return iterator
  }

  /**
   * The JPEGs as a Node stream, for `pipe` and `pipeline`: each chunk is one whole picture in memory of its own. A
   * slow reader gets the newest picture, never a queue. Destroying the stream ends it.
   */
  readable(): Readable {
    return readableOf(this.frames())
  }

  /** The JPEGs as a web stream, for `new Response(…)` and the like: each chunk is one whole picture, as in {@link readable}. */
  webReadable(): ReadableStream<Uint8Array> {
    return webReadableOf(this.frames())
  }

  async frame(wish: FrameWish = {}): Promise<Frame> {
    this.#assertOpen('get a frame')
    const newest = this.#newest
    const age = newest && Number(process.hrtime.bigint() - newest.monotonic) / 1e6
    if (newest && age !== undefined && age <= (wish.maxAge ?? 500) && wish.maxAge !== 0) return newest.retain()
    return awaitFrame(this, wish)
  }

  /**
   * One JPEG in memory of its own.
   * @throws {MioError} `ERR_SNAPSHOT_TIMEOUT`, `ERR_CAMERA_CLOSED`
   */
  async snapshot(wish: FrameWish = {}): Promise<Buffer> {
    const frame = await this.frame(wish)
    try {
      return frame.copy()
    } finally {
      frame.release()
    }
  }

  statistics(): CameraStatistics {
    this.#counters = { ...this.#counters, ...this.#native.statistics() }
    const { lastFrameAge, ...native } = this.#counters
    const { fallbacks, bytesCopied } = this.encoder
    return {
      captured: native.captured ?? 0,
      encoded: native.encoded ?? 0,
      delivered: this.#delivered,
      unwatched: native.unwatched ?? 0,
      dropped: {
        noSlot: native.noSlot ?? 0,
        encoderBusy: native.encoderBusy ?? 0,
        superseded: native.superseded ?? 0,
      },
      errors: { marked: native.marked ?? 0, truncated: native.truncated ?? 0, encoder: native.encoderFailed ?? 0 },
      pool: { slots: native.slots ?? 0, lent: native.lent ?? 0 },
      copied: { ...this.#copied },
      encoder: { fallbacks, bytesCopied },
      quality: native.quality ?? 0,
      fps: this.#state.status === 'closed' ? 0 : (native.fps ?? 0),
      lastFrameAge,
    }
  }

  /** Stops the camera and gives it back. Frames that are still held stay valid until they are released. */
  async close(): Promise<void> {
    await this.#end({ status: 'closed', since: new Date() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #deliver(
    slot: number,
    offset: number,
    length: number,
    info: ConstructorParameters<typeof Loan>[1],
    lent: number,
  ): void {
    const buffer = this.#opened.buffers[slot]
    if (!buffer || this.#closing) {
      this.#native.release(slot)
      return
    }
    this.#delivered++
    const view = buffer.subarray(offset, offset + length)
    const copied = this.#opened.buffers.length - lent < reservedSlots
    let loan: Loan
    if (copied) {
      this.#copied.frames++
      this.#copied.bytes += length
      loan = new Loan(Buffer.from(view), info, true, () => {})
      this.#native.release(slot)
    } else {
      loan = new Loan(view, info, false, () => this.#native.release(slot))
    }
    const frame = new Frame(loan, false)
    this.#newest?.release()
    this.#newest = undefined
    for (const listener of this.#listeners) {
      try {
        listener(frame)
      } catch (error) {
        // One consumer's mistake is not the others'; it still reaches 'uncaughtException'.
        process.nextTick(() => {
          throw error
        })
      }
    }
    // Kept for `frame()`, which often asks just after; not when the last listener has left.
    if (this.#listeners.size > 0) this.#newest = frame
    else frame.release()
  }

  #fail(fault: MioError): void {
    if (this.#state.status === 'starting') {
      this.#early = fault
      return
    }
    void this.#end({ status: 'closed', since: new Date(), code: fault.code, message: fault.found }, fault)
  }

  #encoderChanged(now: NativeEncoder): void {
    const failed = now.fallbacks > this.#fallbacks
    this.#fallbacks = now.fallbacks
    const fault = failed
      ? new MioError('ERR_ENCODER', {
          asked: `encode the pictures of camera "${this.id}"`,
          found: now.reason,
          remedy: 'The CPU encodes meanwhile; the hardware is tried again from time to time',
        })
      : undefined
    this.emit('encoder', describeEncoder(now), fault)
  }

  #end(state: CameraState, fault?: MioError): Promise<void> {
    this.#closing ??= this.#close(state, fault)
    return this.#closing
  }

  async #close(state: CameraState, fault: MioError | undefined): Promise<void> {
    this.#counters = this.#native.statistics()
    this.#encoder = this.#native.encoder() ?? this.#encoder
    this.#newest?.release()
    this.#newest = undefined
    for (const iterator of this.#iterators) iterator.end(fault)
    this.#setState(state)
    await this.#native.close()
    this.#listeners.clear()
    if (fault) this.emit('fault', fault)
  }

  #setState(state: CameraState): void {
    this.#state = state
    this.emit('state', state)
  }

  #assertOpen(asked: string): void {
    if (!this.#closing) return
    throw new MioError('ERR_CAMERA_CLOSED', {
      asked: `${asked} of camera "${this.id}"`,
      found: this.#state.message ?? 'it is closed',
    })
  }
}

/** What changes without a stop; of the last three as long as the sensor stays as it is set. */
const live: ReadonlySet<string> = new Set<keyof CapturePatch>(['quality', 'maxBitrate', 'rotation', 'hflip', 'vflip'])

/** 0: no limit. */
function bytesPerSecond({ maxBitrate = 0 }: CheckedCameraOptions): number {
  return (maxBitrate * 1e6) / 8
}

function describeEncoder({ device, ...rest }: NativeEncoder): EncoderInfo {
  return { ...rest, device: device || undefined }
}
