import sharp from 'sharp'
import { Frame, Loan } from '../../lib/camera/frame.ts'
import type { Control, ControlValue, Point } from '../../lib/camera/controls.ts'
import type { CapturePatch, CaptureSettings } from '../../lib/camera/options.ts'
import type {
  CameraMode,
  CameraState,
  CameraStatistics,
  EncoderInfo,
  EncoderListener,
  FrameSource,
} from '../../lib/camera/source.ts'
import { monotonicNow } from '../../lib/stream/clock.ts'
import { MioError } from '../../lib/camera/errors.ts'

/** A JPEG of noise, different for each `seed`; about 0.25 bytes a pixel and more with the quality. */
export async function makeJpeg({ width = 320, height = 240, seed = 0, quality = 80 } = {}): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3)
  let state = seed * 7919 + 1
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    pixels[i] = (state >>> 24) & 0x7f
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
}

/**
 * A source whose every frame and state the test decides. Frames are real loans over real JPEGs, and those
 * not given back are counted.
 */
export class ScriptedSource implements FrameSource {
  readonly id: string
  readonly name = 'scripted'
  readonly backend = 'synthetic'
  readonly encoder: EncoderInfo = {
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
  }
  /** Frames lent now. */
  lent = 0
  /** Frames sent. */
  captured = 0
  readonly #pictures: Buffer[]
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #stateListeners = new Set<(state: CameraState) => void>()

  /** @param pictures sent in turn. */
  constructor(pictures: Buffer[], { id = 'scripted', width = 320, height = 240, fps = 30 } = {}) {
    this.#pictures = pictures
    this.id = id
    this.mode = { width, height, fps, format: 'NV12', stride: width, bufferCount: 4, memory: 'none', orientation: 1 }
  }

  get subscribers(): number {
    return this.#listeners.size
  }

  /** Sends the next frame to whoever is subscribed. `time` is its exposure in milliseconds. */
  emit(time = this.captured * (1000 / (this.mode?.fps || 30))): void {
    using frame = this.#frame(time)
    for (const listener of this.#listeners) listener(frame)
  }

  /** Sends frames at the source's rate until told to stop. */
  run(): Disposable {
    const timer = setInterval(() => this.emit(monotonicNow()), 1000 / (this.mode?.fps || 30))
    return { [Symbol.dispose]: () => clearInterval(timer) }
  }

  change(state: Omit<CameraState, 'since'>): void {
    this.state = { ...state, since: new Date() }
    for (const listener of this.#stateListeners) listener(this.state)
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onState(listener: (state: CameraState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  onEncoder(_listener: EncoderListener): () => void {
    return () => {}
  }

  async frame({ timeout = 5000 } = {}): Promise<Frame> {
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
      dropped: { noSlot: 0, encoderBusy: 0, superseded: 0 },
      errors: { marked: 0, truncated: 0, encoder: 0 },
      pool: { slots: this.#pictures.length, lent: this.lent },
      copied: { frames: 0, bytes: 0 },
      encoder: { fallbacks: 0, bytesCopied: 0 },
      fps: 30,
      quality: 80,
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
