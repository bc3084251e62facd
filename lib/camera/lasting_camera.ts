import { awaitFrame, type FrameWish } from './await_frame.ts'
import { binding, type NativeCameraWatch, type NativeSender } from './binding.ts'
import { findAndOpen, type Camera } from './camera.ts'
import type { Control, ControlValue, Point } from './controls.ts'
import { type ErrorCode, MioError } from './errors.ts'
import type { Frame } from './frame.ts'
import { urlSafeId } from './list.ts'
import {
  captureSettings,
  checkCameraOptions,
  patchCameraOptions,
  type CameraOptions,
  type CapturePatch,
  type CaptureSettings,
  type CheckedCameraOptions,
} from './options.ts'
import type { CameraMode, CameraState, CameraStatistics, EncoderInfo, EncoderListener, FrameSource } from './source.ts'
import { describeStatistics } from './statistics.ts'

/** Milliseconds before the first attempt to open again, and at most; doubled after each failure. */
const firstDelay = 500
const longestDelay = 10_000

/**
 * Faults of a camera that is there and does not work. Each attempt then gets a libcamera that was started anew,
 * so nobody must keep it running in between; hot-plug has nothing to tell anyway.
 */
const wedged: ReadonlySet<ErrorCode> = new Set(['ERR_CAMERA', 'ERR_CAMERA_STALLED', 'ERR_NO_BUFFERS'])

/**
 * A camera that is there to stay: it is opened, and after a fault opened again with back-off, at once when
 * libcamera says that a camera came. Never replaced by another one.
 */
export class LastingCamera implements FrameSource {
  #options: CheckedCameraOptions
  readonly #onEvent: (state: CameraState) => void
  /** Fixed once the camera has been seen: another one at the same index is not it. */
  #wanted: number | string
  #id: string
  #name: string
  #camera: Camera | undefined
  #state: CameraState = { status: 'starting', since: new Date() }
  #fault: MioError | undefined
  #opens = 0
  #delay = firstDelay
  #timer: NodeJS.Timeout | undefined
  #opening: Promise<void> | undefined
  #closed = false
  #watch: NativeCameraWatch | undefined
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #stateListeners = new Set<(state: CameraState) => void>()
  readonly #encoderListeners = new Set<EncoderListener>()
  /** Each with what ends it, while the camera is open. */
  readonly #senders = new Map<NativeSender, (() => void) | undefined>()
  #unsubscribe: (() => void) | undefined

  /**
   * @param onEvent called with each change of state, for the log
   * @throws {MioError} `ERR_INVALID_OPTION`
   */
  constructor(options: CameraOptions = {}, onEvent: (state: CameraState) => void = () => {}) {
    this.#options = checkCameraOptions(options)
    this.#onEvent = onEvent
    this.#wanted = this.#options.camera
    this.#id = typeof this.#wanted === 'number' ? `cam${this.#wanted}` : urlSafeId(this.#wanted)
    this.#name = String(this.#wanted)
  }

  /** Tries to open the camera and resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    await this.#attempt()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#opening
    await this.#camera?.close()
    await this.#unwatch()
    this.#setState({ status: 'closed', since: new Date() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get id(): string {
    return this.#id
  }
  get name(): string {
    return this.#name
  }
  get backend(): 'libcamera' | 'synthetic' {
    return this.#wanted === 'synthetic' ? 'synthetic' : 'libcamera'
  }
  get state(): CameraState {
    return this.#state
  }
  /** What went wrong last; undefined while all is well. */
  get fault(): MioError | undefined {
    return this.#fault
  }
  get mode(): CameraMode | undefined {
    return this.#camera?.mode
  }
  get encoder(): EncoderInfo | undefined {
    return this.#camera?.encoder
  }
  get restarts(): number {
    return Math.max(0, this.#opens - 1)
  }
  readonly restartReasons: Readonly<Record<string, number>> = {}
  /** The camera while it is open. */
  get camera(): Camera | undefined {
    return this.#state.status === 'live' ? this.#camera : undefined
  }
  get controls(): Readonly<Record<string, Control>> {
    return this.#camera?.controls ?? {}
  }
  get settings(): CaptureSettings {
    return captureSettings(this.#options)
  }

  async setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    await this.#live('set controls').setControls(values)
  }

  async resetControls(): Promise<void> {
    await this.#live('reset the controls').resetControls()
  }

  async focus(point?: Point): Promise<void> {
    await this.#live('focus').focus(point)
  }

  async reconfigure(patch: CapturePatch): Promise<void> {
    await this.#live('reconfigure').reconfigure(patch)
    this.#options = patchCameraOptions(this.#options, patch)
  }

  async still(options?: { timeout?: number }): Promise<Frame> {
    return this.#live('take a still').still(options)
  }

  #live(asked: string): Camera {
    if (this.camera) return this.camera
    const { status, code, message } = this.#state
    throw new MioError(status === 'closed' ? 'ERR_CAMERA_CLOSED' : (this.#fault?.code ?? 'ERR_CAMERA_STARTING'), {
      asked: `${asked} with camera "${this.id}"`,
      found: message ?? `it is ${code ?? status}`,
    })
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    const entry = (frame: Frame) => listener(frame)
    this.#listeners.add(entry)
    this.#join()
    return () => {
      this.#listeners.delete(entry)
      if (this.#listeners.size === 0) this.#leave()
    }
  }

  /** @internal */
  feed(sender: NativeSender): () => void {
    this.#senders.set(sender, undefined)
    this.#join()
    return () => {
      this.#senders.get(sender)?.()
      this.#senders.delete(sender)
    }
  }

  onState(listener: (state: CameraState) => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  onEncoder(listener: EncoderListener): () => void {
    this.#encoderListeners.add(listener)
    return () => this.#encoderListeners.delete(listener)
  }

  async frame(wish: FrameWish = {}): Promise<Frame> {
    // The open camera may have a fresh one at hand; else wait, over a restart if need be.
    if (this.#state.status === 'live' && this.#camera && this.#isJoined()) return this.#camera.frame(wish)
    return awaitFrame(this, wish)
  }

  /** Of the camera that is open now or was last. */
  statistics(): CameraStatistics {
    return this.#camera?.statistics() ?? describeStatistics({})
  }

  #join(): void {
    // The camera encodes as long as somebody is subscribed: only when somebody is here.
    const camera = this.#camera
    if (!camera || this.#state.status !== 'live') return
    if (this.#listeners.size > 0) {
      this.#unsubscribe ??= camera.subscribe((frame) => {
        for (const listener of this.#listeners) listener(frame)
      })
    }
    for (const [sender, end] of this.#senders) if (!end) this.#senders.set(sender, camera.feed(sender))
  }

  #isJoined(): boolean {
    return this.#unsubscribe !== undefined || this.#senders.size > 0
  }

  #leave(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  #attempt(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const camera = await findAndOpen(this.#wanted, this.#options)
      if (this.#closed) {
        await camera.close()
        return
      }
      this.#camera = camera
      this.#wanted = camera.backendId
      this.#id = camera.id
      this.#name = camera.name
      this.#opens++
      this.#delay = firstDelay
      this.#fault = undefined
      camera.once('fault', (fault) => this.#lost(fault))
      camera.onEncoder((now, fault) => {
        for (const listener of this.#encoderListeners) listener(now, fault)
      })
      await this.#unwatch()
      if (camera.state.status === 'closed') return
      this.#setState({ status: 'live', since: new Date() })
      this.#join()
    } catch (error) {
      this.#lost(error)
    }
  }

  #lost(error: unknown): void {
    if (this.#closed) return
    this.#leave()
    for (const [sender, end] of this.#senders) {
      end?.()
      this.#senders.set(sender, undefined)
    }
    const fault = error instanceof MioError ? error : new MioError('ERR_CAMERA', { found: String(error), cause: error })
    this.#fault = fault
    const same = this.#state.status === 'waiting' && this.#state.code === fault.code
    const since = this.#state.status === 'waiting' ? this.#state.since : new Date()
    if (!same) this.#setState({ status: 'waiting', since, code: fault.code, message: fault.message })
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#attempt(), this.#delay)
    this.#delay = Math.min(this.#delay * 2, longestDelay)
    void (wedged.has(fault.code) ? this.#unwatch() : this.#watchForCameras())
  }

  /** Hot-plug: libcamera tells when a camera comes, as long as somebody keeps it running. */
  async #watchForCameras(): Promise<void> {
    if (this.#watch || this.backend === 'synthetic') return
    const watch = new (binding().CameraWatch)(() => {
      this.#delay = firstDelay
      if (this.#state.status === 'waiting' && !this.#closed) void this.#attempt()
    })
    this.#watch = watch
    // Without libcamera there is nothing to watch; the timer goes on trying.
    await watch.start().catch(() => {})
  }

  async #unwatch(): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    await watch?.stop()
  }

  #setState(state: CameraState): void {
    this.#state = state
    this.#onEvent(state)
    for (const listener of this.#stateListeners) listener(state)
  }
}
