import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { awaitFrame, type FrameWish } from './await_frame.ts'
import {
  binding,
  type NativeCamera,
  type NativeEncoder,
  type NativeMode,
  type NativeSender,
  type NativeStatistics,
} from './binding.ts'
import { Consumers } from './consumers.ts'
import { ControlPanel } from './control_panel.ts'
import type { Control, ControlValue } from './controls.ts'
import type { Point, Rectangle } from './geometry.ts'
import { describeEncoder, encoderFault } from './encoder_info.ts'
import { fromNative, MioError } from './errors.ts'
import { focusControls } from './focus.ts'
import { Frame } from './frame.ts'
import type { FrameIterator } from './frame_iterator.ts'
import { InTurn } from './in_turn.ts'
import type { CameraInfo } from './list.ts'
import { canChangeLive } from './live_changes.ts'
import { type FrameInfo, Loan } from './loan.ts'
import { nativeOptions } from './native_options.ts'
import {
  captureSettings,
  patchCameraOptions,
  type CapturePatch,
  type CaptureSettings,
  type CheckedCameraOptions,
} from './options.ts'
import { type RawFormat, RawFrame } from './raw_frame.ts'
import { rawFormats, RawOutlet } from './raw_outlet.ts'
import { assertShareable, settingsFrom, settingsText } from './sharing.ts'
import { Slots } from './slots.ts'
import type { CameraMode, CameraState, CameraStatistics, EncoderInfo, EncoderListener, FrameSource } from './source.ts'
import { describeStatistics } from './statistics.ts'
import { readableOf, webReadableOf } from './readable.ts'

/** Events of a {@link Camera}. */
export interface CameraEvents {
  /** The camera failed: unplugged, stalled, … It is closed now and can be opened again. */
  fault: [MioError]
  /** The state changed. */
  state: [CameraState]
  /** Another encoder has taken over: with `ERR_ENCODER` after the hardware has failed, without when it is back. */
  encoder: [EncoderInfo, MioError | undefined]
}

/** @internal What somebody does while a camera is opened. */
export interface Opening {
  /** Throws when it is not to be this camera. */
  admit?: (info: CameraInfo) => void
  /** Sets controls before the first frame. */
  prepare?: (controls: ControlPanel) => Promise<void>
  /** Gives it up. */
  signal?: AbortSignal
}

/**
 * An opened camera. It keeps the process alive until it is closed. When several have opened the same camera, each has its
 * own frames, events and end; how the camera is set, and its controls, are the same for all.
 */
export class Camera extends EventEmitter<CameraEvents> implements FrameSource, AsyncDisposable {
  readonly id: string
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  /** The id as the backend has it. */
  readonly backendId: string
  readonly restarts = 0
  readonly restartReasons = {}

  readonly #native: NativeCamera
  readonly #controls: ControlPanel
  readonly #consumers: Consumers
  readonly #raw: Readonly<Record<RawFormat, RawOutlet>>
  readonly #slots: Slots
  /** Whatever changes the camera waits for what changes it already. */
  readonly #inTurn = new InTurn()
  #mode!: NativeMode
  #options: CheckedCameraOptions
  #encoder!: NativeEncoder
  #state: CameraState = { status: 'starting', since: new Date() }
  #early: MioError | undefined
  #closing: Promise<void> | undefined
  /** The encoder that was told last. */
  #told: NativeEncoder | undefined
  /** The last known: while the camera is being changed, and once it is closed, the addon tells only those of the pool. */
  #counters: Partial<NativeStatistics> = {}
  /** When the others were known, by `performance.now()`. */
  #countedAt = 0

  /** @internal Use {@link openCamera}. */
  static async open(
    info: CameraInfo,
    options: CheckedCameraOptions,
    given: ReadonlySet<string>,
    opening: Opening = {},
  ): Promise<Camera> {
    const camera = new Camera(info, options)
    await camera.#open(given, opening)
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
        const { width, height } = this.#mode
        this.#deliver(slot, offset, length, { width, height, sequence, timestamp: wall, monotonic }, lent)
      },
      (error) => this.#fail(fromNative(error, `camera "${this.id}"`) as MioError),
      (now) => this.#encoderChanged(now),
      (format, slot, offset, width, height, sequence, timestamp, seconds, nanoseconds, lent) => {
        const monotonic = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)
        const range = this.#mode.raw?.range ?? 'full'
        const about = { width, height, sequence, timestamp, monotonic, range, format: rawFormats[format]! }
        this.#raw[about.format].deliver(slot, offset, about, lent)
      },
      () => this.#look(),
    )
    this.#controls = new ControlPanel(this.#native)
    this.#consumers = new Consumers(this.#native)
    this.#slots = new Slots((slot) => this.#native.release(slot))
    this.#raw = { yuv420: new RawOutlet(this.#native, 'yuv420'), nv12: new RawOutlet(this.#native, 'nv12') }
  }

  async #open(given: ReadonlySet<string>, { prepare, signal }: Opening): Promise<void> {
    const giveUp = () => void this.#native.close()
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', giveUp)
      const wanted = this.#options
      await this.#native.open(nativeOptions(this, wanted), settingsText(wanted))
      // Whoever shares the camera may just change it; then nobody is told of its controls.
      await this.#native.settle()
      this.#look()
      assertShareable(this.id, wanted, this.#options, given)
      await prepare?.(this.#controls)
      await this.#native.start()
      signal?.throwIfAborted()
    } catch (error) {
      await this.#native.close()
      throw fromNative(error, `open camera "${this.id}"`)
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
    this.#told = this.#encoder = this.#native.encoder()!
    this.#setState({ status: 'live', since: new Date() })
    if (this.#early) this.#fail(this.#early)
  }

  /** How the camera is set now; to be called after all that may have changed it. */
  #look(): void {
    const opened = this.#native.opened()
    const settings = this.#native.settings()
    if (!opened || settings === undefined) return
    this.#options = settingsFrom(settings, this.#options.camera)
    this.#mode = opened.mode
    this.#slots.adopt(opened)
    for (const outlet of Object.values(this.#raw)) {
      if (opened.mode.raw) outlet.look()
      else outlet.end(this.#noRaw())
    }
    // Set up anew, the camera may have another one, or the hardware back.
    const encoder = this.#native.encoder()
    if (encoder) this.#encoderChanged(encoder)
  }

  get state(): CameraState {
    return this.#state
  }

  /** How the camera is really set. */
  get mode(): CameraMode {
    const crop = (this.#controls.metadata['ScalerCrop'] ?? this.#mode.sensor?.crop) as Rectangle | undefined
    return { ...this.#mode, ...(crop && { crop }) }
  }

  /** What encodes now; once closed, what did last. */
  get encoder(): EncoderInfo {
    this.#encoder = this.#native.encoder() ?? this.#encoder
    return describeEncoder(this.#encoder)
  }

  get settings(): CaptureSettings {
    return captureSettings(this.#options)
  }

  /** The camera's controls by name, as libcamera describes them; once closed, as they were last. */
  get controls(): Readonly<Record<string, Control>> {
    return this.#controls.describe()
  }

  async setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    await this.#change('set controls', () => this.#controls.set(values))
  }

  async resetControls(): Promise<void> {
    await this.#change('reset the controls', () => this.#controls.reset())
  }

  async focus(point?: Point): Promise<void> {
    await this.#change('focus', () =>
      this.#controls.set(focusControls(this.#controls.natives, this.mode.crop, this.mode.orientation, point)),
    )
  }

  async reconfigure(patch: CapturePatch): Promise<void> {
    await this.#change('reconfigure', async () => {
      const options = patchCameraOptions(this.#options, patch)
      const live = canChangeLive(this.#options, options, this.#mode, this.encoder.name)
      await this.#native[live ? 'adjust' : 'reconfigure'](nativeOptions(this, options), settingsText(options))
    })
  }

  async still({ timeout = 10_000 }: { timeout?: number } = {}): Promise<Frame> {
    return this.#change('take a still', async () => {
      const { data, ...info } = await this.#native.still(timeout)
      return new Frame(new Loan(data, info, true, () => {}), false)
    })
  }

  /**
   * Sets the JPEG quality, 1 to 100, from one of the next frames on. A camera that gives JPEG itself does not mind.
   * @throws {MioError} `ERR_INVALID_OPTION`, `ERR_CAMERA_CLOSED`
   */
  setQuality(quality: number): void {
    this.#assertOpen('set the quality')
    patchCameraOptions(this.#options, { quality })
    void this.reconfigure({ quality }).catch(() => {})
  }

  /** Does what changes the camera, when nothing else does, and looks what came of it. */
  async #change<T>(asked: string, work: () => T | Promise<T>): Promise<T> {
    return this.#inTurn.run(async () => {
      this.#assertOpen(asked)
      try {
        return await work()
      } catch (error) {
        throw fromNative(error, `${asked} with camera "${this.id}"`)
      } finally {
        this.#look()
      }
    })
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#consumers.subscribe(listener)
  }

  /** @internal */
  feed(sender: NativeSender): () => void {
    return this.#consumers.feed(sender)
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
  frames(options?: { format?: 'jpeg' }): FrameIterator
  /**
   * Raw frames, beside the JPEGs or without them: what the camera gave, copied once out of its few buffers into a
   * pool of their own, with chroma in the order of the format that is asked for. They come from a second stream where
   * `rawSize` was given and the camera has one, else from the pictures that are also encoded; `mode.raw` tells. None
   * are made while nobody iterates.
   * @throws {MioError} `ERR_NOT_SUPPORTED` when the camera gives JPEGs or RGB, `ERR_CAMERA_CLOSED`
   */
  frames(options: { format: RawFormat }): FrameIterator<RawFrame>
  frames({ format = 'jpeg' }: { format?: RawFormat | 'jpeg' } = {}): FrameIterator | FrameIterator<RawFrame> {
    this.#assertOpen('iterate frames')
    if (format === 'jpeg') return this.#consumers.iterate()
    if (!rawFormats.includes(format)) {
      const found = `option format is ${JSON.stringify(format)}: expected jpeg, ${rawFormats.join(' or ')}`
      throw new MioError('ERR_INVALID_OPTION', { asked: `iterate frames of camera "${this.id}"`, found })
    }
    if (!this.#mode.raw) throw this.#noRaw()
    return this.#raw[format].iterate()
  }

  #noRaw(): MioError {
    return new MioError('ERR_NOT_SUPPORTED', {
      asked: `get raw frames of camera "${this.id}"`,
      found: `it gives ${this.#mode.format}, and raw frames are made of YUV pictures only`,
      remedy:
        "Decode the JPEGs, e.g. with sharp; a camera that has both gives raw pictures when it is opened with encoder 'turbojpeg'",
    })
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
    return this.newest(wish) ?? awaitFrame(this, wish)
  }

  /** @internal The newest frame, retained, if there is one at hand that is fresh enough. */
  newest({ maxAge = 500 }: FrameWish): Frame | undefined {
    if (this.#consumers.areFed) this.#native.poll()
    const { newest } = this.#consumers
    const age = newest && Number(process.hrtime.bigint() - newest.monotonic) / 1e6
    return newest && age !== undefined && age <= maxAge && maxAge !== 0 ? newest.retain() : undefined
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
    this.#count()
    const { fallbacks, bytesCopied } = this.encoder
    const { fed = 0, copiedFrames = 0, copiedBytes = 0, fps = 0, lastFrameAge } = this.#counters
    const { frames, bytes } = this.#slots.copied
    // The newest frame gets older although nobody tells.
    const age = lastFrameAge === undefined ? {} : { lastFrameAge: lastFrameAge + performance.now() - this.#countedAt }
    const now = { ...this.#counters, ...age, fps: this.#state.status === 'closed' ? 0 : fps }
    return describeStatistics(now, {
      delivered: this.#consumers.delivered + fed,
      copied: { frames: frames + copiedFrames, bytes: bytes + copiedBytes },
      encoder: { fallbacks, bytesCopied },
      rawCopied: Object.values(this.#raw).reduce((sum, outlet) => sum + outlet.copied.frames, 0),
    })
  }

  #count(): void {
    const now = this.#native.statistics()
    if (now.captured !== undefined) this.#countedAt = performance.now()
    this.#counters = { ...this.#counters, ...now }
  }

  /** Stops the camera and gives it back. Frames that are still held stay valid until they are released. */
  async close(): Promise<void> {
    await this.#end({ status: 'closed', since: new Date() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #deliver(slot: number, offset: number, length: number, info: FrameInfo, lent: number): void {
    const loan = this.#closing ? undefined : this.#slots.loan(slot, offset, length, info, lent)
    if (!loan) return this.#native.release(slot)
    this.#consumers.deliver(new Frame(loan, false))
  }

  #fail(fault: MioError): void {
    if (this.#state.status === 'starting') {
      this.#early = fault
      return
    }
    void this.#end({ status: 'closed', since: new Date(), code: fault.code, message: fault.found }, fault)
  }

  #encoderChanged(now: NativeEncoder): void {
    const before = this.#told
    const isKnown = now.name === before?.name && now.device === before.device && now.fallbacks === before.fallbacks
    if (!before || isKnown) return
    this.#told = now
    const failed = now.fallbacks > before.fallbacks
    this.emit('encoder', describeEncoder(now), failed ? encoderFault(this.id, now) : undefined)
  }

  #end(state: CameraState, fault?: MioError): Promise<void> {
    this.#closing ??= this.#close(state, fault)
    return this.#closing
  }

  async #close(state: CameraState, fault: MioError | undefined): Promise<void> {
    this.#count()
    this.#encoder = this.#native.encoder() ?? this.#encoder
    this.#consumers.end(fault)
    for (const outlet of Object.values(this.#raw)) outlet.end(fault)
    this.#setState(state)
    await this.#native.close()
    this.#consumers.clear()
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
