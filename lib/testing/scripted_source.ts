import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { NativeSender } from '../camera/binding.ts'
import { Frame } from '../camera/frame.ts'
import { Loan } from '../camera/loan.ts'
import type { Control, ControlValue } from '../camera/controls.ts'
import type { Point } from '../camera/geometry.ts'
import type { CapturePatch, CaptureSettings } from '../camera/options.ts'
import type {
  CameraMode,
  CameraState,
  CameraStatistics,
  EncoderInfo,
  EncoderListener,
  FrameSource,
} from '../camera/source.ts'
import { monotonicNow } from '../stream/clock.ts'
import { type ErrorCode, MioError } from '../camera/errors.ts'
import type { FrameWish } from '../camera/await_frame.ts'
import { FrameIterator } from '../camera/frame_iterator.ts'
import { readableOf, webReadableOf } from '../camera/readable.ts'

/**
 * A source whose every frame and state the test decides. Frames are real loans over real JPEGs, and those
 * not given back are counted in {@link ScriptedSource.lent}.
 *
 * ```ts
 * const source = new ScriptedSource(await pictures(3))
 * const answer = handle(source.frames()) // the program under test
 * source.emit()
 * source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'it is gone' })
 * ```
 */
export class ScriptedSource implements FrameSource, AsyncDisposable {
  readonly id: string
  readonly name = 'scripted'
  readonly backend = 'synthetic'
  encoder: EncoderInfo = {
    name: 'turbojpeg',
    reason: 'scripted',
    device: undefined,
    output: 'by the CPU',
    bytesCopied: 0,
    fallbacks: 0,
    refusals: [],
  }
  state: CameraState = { status: 'live', since: new Date() }
  mode: CameraMode | undefined
  restarts = 0
  restartReasons: Record<string, number> = {}
  /** What it has been asked to set and change, in order. */
  readonly asked: unknown[] = []
  controls: Record<string, Control> = {
    Brightness: {
      name: 'Brightness',
      vendor: 'scripted',
      type: 'float',
      isArray: false,
      min: -1,
      max: 1,
      default: 0,
      value: 0,
    },
  }
  settings: CaptureSettings = {
    width: 320,
    height: 240,
    fps: 30,
    quality: 80,
    encoder: 'auto',
    rotation: 0,
    hflip: false,
    vflip: false,
    sensorMode: 'auto',
  }
  /** Frames lent now. */
  lent = 0
  /** Frames sent. */
  captured = 0
  readonly #pictures: readonly Buffer[]
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #senders = new Set<NativeSender>()
  readonly #stateListeners = new Set<(state: CameraState) => void>()
  readonly #encoderListeners = new Set<EncoderListener>()
  readonly #iterators = new Set<FrameIterator>()

  /** @param pictures JPEGs, sent in turn: see {@link pictures} */
  constructor(pictures: readonly Buffer[], { id = 'scripted', width = 320, height = 240, fps = 30 } = {}) {
    this.#pictures = pictures
    this.id = id
    this.mode = {
      width,
      height,
      fps,
      format: 'NV12',
      stride: width,
      bufferCount: 4,
      memory: 'none',
      orientation: 1,
      still: 'instead of the stream',
    }
  }

  /** How many want frames now. */
  get subscribers(): number {
    return this.#listeners.size + this.#senders.size
  }

  /** Sends the next frame to whoever is subscribed. `time` is its exposure in milliseconds. */
  emit(time = this.captured * (1000 / (this.mode?.fps || 30))): void {
    using frame = this.#frame(time)
    for (const sender of this.#senders) sender.publish(frame.data, frame.timestamp, time)
    for (const listener of this.#listeners) listener(frame)
  }

  /** @internal Copies, unlike a camera. */
  feed(sender: NativeSender): () => void {
    this.#senders.add(sender)
    return () => this.#senders.delete(sender)
  }

  /** Sends frames at the source's rate until told to stop. */
  run(): Disposable {
    const timer = setInterval(() => this.emit(monotonicNow()), 1000 / (this.mode?.fps || 30))
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  /** Is live, waits after a fault, or is closed: then {@link frames} end, with the error where there is a code. */
  change(state: Omit<CameraState, 'since'>): void {
    this.state = { ...state, since: new Date() }
    for (const listener of this.#stateListeners) listener(this.state)
    if (state.status !== 'closed') return
    const fault = state.code && new MioError(state.code as ErrorCode, { found: state.message ?? 'it failed' })
    for (const iterator of this.#iterators) iterator.end(fault || undefined)
  }

  /** Another encoder takes over: after a fault of the hardware, or because it works again. */
  changeEncoder(now: Partial<EncoderInfo>, fault?: MioError): void {
    this.encoder = { ...this.encoder, ...now }
    for (const listener of this.#encoderListeners) listener(this.encoder, fault)
  }

  /** As `camera.frames()`. */
  frames(): FrameIterator {
    const iterator: FrameIterator = new FrameIterator(this, () => this.#iterators.delete(iterator))
    this.#iterators.add(iterator)
    return iterator
  }

  /** As `camera.readable()`. */
  readable(): Readable {
    return readableOf(this.frames())
  }

  /** As `camera.webReadable()`. */
  webReadable(): ReadableStream<Uint8Array> {
    return webReadableOf(this.frames())
  }

  /** As `camera.snapshot()`. */
  async snapshot(wish: FrameWish = {}): Promise<Buffer> {
    using frame = await this.frame(wish)
    return frame.copy()
  }

  async close(): Promise<void> {
    this.change({ status: 'closed' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onState(listener: (state: CameraState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  onEncoder(listener: EncoderListener): () => void {
    this.#encoderListeners.add(listener)
    return () => this.#encoderListeners.delete(listener)
  }

  async frame({ timeout = 5000 }: FrameWish = {}): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop()
        reject(new MioError('ERR_SNAPSHOT_TIMEOUT', { asked: 'snapshot', found: `no frame within ${timeout} ms` }))
      }, timeout)
      const stop = this.subscribe((frame) => {
        stop()
        clearTimeout(timer)
        resolve(frame.retain())
      })
    })
  }

  async setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    this.asked.push({ set: values })
    for (const [name, value] of Object.entries(values)) {
      const control = this.controls[name]
      if (!control) throw new MioError('ERR_UNKNOWN_CONTROL', { asked: `set control ${name}`, found: 'there is none' })
      this.controls = { ...this.controls, [name]: { ...control, value } }
    }
  }

  async resetControls(): Promise<void> {
    this.asked.push('reset')
    await this.setControls({ Brightness: 0 })
  }

  async focus(point?: Point): Promise<void> {
    this.asked.push({ focus: point })
  }

  async reconfigure(patch: CapturePatch): Promise<void> {
    this.asked.push({ reconfigure: patch })
    this.settings = { ...this.settings, ...patch } as CaptureSettings
  }

  async still({ timeout = 10_000 } = {}): Promise<Frame> {
    this.asked.push('still')
    return this.frame({ timeout })
  }

  statistics(): CameraStatistics {
    return {
      captured: this.captured,
      encoded: this.captured,
      delivered: this.captured,
      unwatched: 0,
      unsettled: 0,
      dropped: { noSlot: 0, encoderBusy: 0, superseded: 0 },
      errors: { marked: 0, truncated: 0, encoder: 0 },
      pool: { slots: this.#pictures.length, lent: this.lent },
      copied: { frames: 0, bytes: 0 },
      raw: { slots: 0, lent: 0, copied: 0, missed: 0 },
      encoder: { fallbacks: 0, bytesCopied: 0 },
      quality: 80,
      fps: 30,
      lastFrameAge: this.captured ? 12.5 : undefined,
    }
  }

  #frame(time: number): Frame {
    const data = this.#pictures[this.captured % this.#pictures.length]!
    const sequence = this.captured++
    this.lent++
    const info = {
      width: this.mode?.width ?? 320,
      height: this.mode?.height ?? 240,
      sequence,
      timestamp: Date.now(),
      monotonic: BigInt(Math.round(time * 1e6)),
    }
    return new Frame(new Loan(data, info, false, () => this.lent--), false)
  }
}
