import { awaitFrame, type FrameWish } from './await_frame.ts'
import { BackOff } from './back_off.ts'
import type { NativeSender } from './binding.ts'
import type { Camera } from './camera.ts'
import type { Control, ControlValue } from './controls.ts'
import type { Point } from './geometry.ts'
import { type ErrorCode, MioError } from './errors.ts'
import type { Frame } from './frame.ts'
import { HotPlug } from './hot_plug.ts'
import { type CameraInfo, listLibcameraCameras, urlSafeId } from './list.ts'
import { findAndOpen, namesOf } from './open_camera.ts'
import {
  captureSettings,
  checkCameraOptions,
  patchCameraOptions,
  type CameraOptions,
  type CapturePatch,
  type CaptureSettings,
  type CheckedCameraOptions,
} from './options.ts'
import { RestartCount } from './restart_count.ts'
import type { CameraMode, CameraState, CameraStatistics, EncoderInfo, EncoderListener, FrameSource } from './source.ts'
import { describeStatistics } from './statistics.ts'
import { type Join, Watchers } from './watchers.ts'

/** Milliseconds for which a camera must have been live to be opened again as soon as if it had never failed. */
const proven = 10_000
/** Seconds. */
const longestIdle = 86_400

/**
 * Faults of a camera that is there and does not work, or whose devices libcamera could not open when it looked for
 * cameras. Each attempt then gets a libcamera that was started anew, so nobody must keep it running in between;
 * hot-plug has nothing to tell anyway.
 */
const wedged: ReadonlySet<ErrorCode> = new Set([
  'ERR_CAMERA',
  'ERR_CAMERA_STALLED',
  'ERR_DEVICE_GONE',
  'ERR_DEVICE_NOT_MAPPED',
  'ERR_DEVICE_RULE',
  'ERR_NO_BUFFERS',
  'ERR_NO_DMA_HEAP',
  'ERR_NO_UDEV',
  'ERR_PERMISSION',
])

/** Options of a {@link LastingCamera}. */
export interface LastingCameraOptions extends CameraOptions {
  /** Seconds without anybody who watches until the camera is stopped; 0, the default, never stops it. */
  idleSeconds?: number
  /** Controls to set whenever the camera is opened, before its first frame. One that it does not take is left out. */
  controls?: Readonly<Record<string, ControlValue>>
  /** @internal Cameras that are none of this one's business: what one of them has found is not taken. */
  others?: readonly LastingCamera[]
}

/**
 * A camera that is there to stay: it is opened, and after a fault opened again with back-off, at once when
 * libcamera says that a camera came. Never replaced by another one. It may sleep while nobody watches, and is woken by
 * whoever subscribes or asks for something.
 */
export class LastingCamera implements FrameSource {
  #options: CheckedCameraOptions
  /** The names of those that were asked for. */
  readonly #given: Set<string>
  readonly #idleAfter: number
  readonly #onEvent: (state: CameraState) => void
  readonly #others: readonly LastingCamera[]
  /** Fixed once the camera has been seen: another one at the same index is not it. */
  #wanted: number | string
  #id: string
  #name: string
  #camera: Camera | undefined
  #controls: Readonly<Record<string, ControlValue>>
  #state: CameraState = { status: 'starting', since: new Date() }
  #fault: MioError | undefined
  readonly #restarts = new RestartCount()
  readonly #backOff = new BackOff()
  readonly #hotPlug = new HotPlug(() => {
    this.#backOff.reset()
    if (this.#closed) return
    if (this.#state.status === 'waiting') void this.#attempt()
    if (this.#state.status === 'idle') void this.#lookAsleep()
  })
  #idleTimer: NodeJS.Timeout | undefined
  #opening: Promise<void> | undefined
  /** Of the camera that is put to sleep. */
  #closing: Promise<void> | undefined
  readonly #stop = new AbortController()
  /** Calls under way that need the camera. */
  #calls = 0
  readonly #watchers = new Watchers()
  readonly #stateListeners = new Set<(state: CameraState) => void>()
  readonly #encoderListeners = new Set<EncoderListener>()

  /**
   * @param onEvent called with each change of state, for the log
   * @throws {MioError} `ERR_INVALID_OPTION`
   */
  constructor(
    { idleSeconds = 0, controls = {}, ...rest }: LastingCameraOptions = {},
    onEvent: (state: CameraState) => void = () => {},
  ) {
    const { others = [], ...options } = rest
    if (!(idleSeconds >= 0 && idleSeconds <= longestIdle)) {
      throw new MioError('ERR_INVALID_OPTION', {
        asked: 'open a camera',
        found: `option idleSeconds is ${idleSeconds}: expected 0 to ${longestIdle}`,
      })
    }
    this.#options = checkCameraOptions(options)
    this.#given = namesOf(options)
    this.#idleAfter = idleSeconds * 1000
    this.#controls = controls
    this.#others = others
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
    this.#stop.abort()
    this.#backOff.cancel()
    clearTimeout(this.#idleTimer)
    await this.#opening
    await this.#closing
    await this.#camera?.close()
    await this.#hotPlug.stop()
    this.#setState({ status: 'closed', since: new Date() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  get #closed(): boolean {
    return this.#stop.signal.aborted
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
    return this.#restarts.total
  }
  get restartReasons(): Readonly<Record<string, number>> {
    return this.#restarts.byReason
  }
  /** The camera while it is open. */
  get camera(): Camera | undefined {
    return this.#state.status === 'live' ? this.#camera : undefined
  }
  /** Those of the camera that is open now or was last. */
  get controls(): Readonly<Record<string, Control>> {
    return this.#camera?.controls ?? {}
  }
  get settings(): CaptureSettings {
    return this.camera?.settings ?? captureSettings(this.#options)
  }

  async setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    await this.#awake('set controls', (camera) => camera.setControls(values))
    this.#controls = { ...this.#controls, ...values }
  }

  async resetControls(): Promise<void> {
    await this.#awake('reset the controls', (camera) => camera.resetControls())
    this.#controls = {}
  }

  async focus(point?: Point): Promise<void> {
    await this.#awake('focus', (camera) => camera.focus(point))
  }

  async reconfigure(patch: CapturePatch): Promise<void> {
    await this.#awake('reconfigure', (camera) => camera.reconfigure(patch))
    this.#options = patchCameraOptions(this.#options, patch)
    for (const name of namesOf(patch)) this.#given.add(name)
  }

  async still(options?: { timeout?: number }): Promise<Frame> {
    return this.#awake('take a still', (camera) => camera.still(options))
  }

  /** Does `work` with the camera, which is woken for it and does not sleep meanwhile. */
  async #awake<T>(asked: string, work: (camera: Camera) => Promise<T>): Promise<T> {
    this.#calls++
    try {
      if (this.#state.status === 'idle') await this.#attempt()
      return await work(this.#live(asked))
    } finally {
      this.#calls--
      this.#sleepLater()
    }
  }

  #live(asked: string): Camera {
    if (this.camera) return this.camera
    const { status, message } = this.#state
    const what = `${asked} with camera "${this.id}"`
    if (status !== 'closed' && this.#fault) {
      const { code, found, remedy } = this.#fault
      throw new MioError(code, { asked: what, found, remedy, cause: this.#fault })
    }
    throw new MioError(status === 'closed' ? 'ERR_CAMERA_CLOSED' : 'ERR_CAMERA_STARTING', {
      asked: what,
      found: message ?? `it is ${status}`,
    })
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    return this.#watch((camera) => camera.subscribe(listener))
  }

  /** @internal */
  feed(sender: NativeSender): () => void {
    return this.#watch((camera) => camera.feed(sender))
  }

  /** Whoever watches wakes the camera and keeps it awake. */
  #watch(join: Join): () => void {
    const leave = this.#watchers.add(join)
    clearTimeout(this.#idleTimer)
    if (this.#state.status === 'idle') void this.#attempt()
    if (this.camera) this.#watchers.join(this.camera)
    return () => {
      leave()
      this.#sleepLater()
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
    return this.camera?.newest(wish) ?? awaitFrame(this, wish)
  }

  /** Of the camera that is open now or was last. */
  statistics(): CameraStatistics {
    return this.#camera?.statistics() ?? describeStatistics({})
  }

  #attempt(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #open(): Promise<void> {
    this.#backOff.cancel()
    try {
      await this.#closing
      const camera = await findAndOpen(this.#wanted, this.#options, this.#given, {
        admit: (info) => this.#admit(info),
        prepare: (panel) => panel.setThoseThatFit(this.#controls),
        signal: this.#stop.signal,
      })
      if (this.#closed) {
        await camera.close()
        return
      }
      this.#camera = camera
      this.#id = camera.id
      this.#name = camera.name
      this.#fault = undefined
      camera.once('fault', this.#onFault)
      camera.onEncoder((now, fault) => {
        for (const listener of this.#encoderListeners) listener(now, fault)
      })
      await this.#hotPlug.stop()
      if (camera.state.status === 'closed') return
      this.#restarts.opened()
      this.#setState({ status: 'live', since: new Date() })
      this.#watchers.join(camera)
      this.#sleepLater()
    } catch (error) {
      this.#lost(error)
    }
  }

  /** The camera has been seen. An index, above all after a replug, may mean one that another name has found before. */
  #admit({ id, backendId }: CameraInfo): void {
    const other = this.#others.find((each) => each !== this && each.#wanted === backendId)
    if (!other) {
      this.#wanted = backendId
      return
    }
    throw new MioError('ERR_CAMERA_BUSY', {
      asked: `open camera "${this.#wanted}"`,
      found: `that is "${id}" now, which is open under another name`,
      remedy: 'Name each camera once, and by its id: motioninocean list',
    })
  }

  readonly #onFault = (fault: MioError): void => this.#lost(fault)

  #lost(error: unknown): void {
    if (this.#closed) return
    this.#watchers.leave()
    const fault = error instanceof MioError ? error : new MioError('ERR_CAMERA', { found: String(error), cause: error })
    this.#fault = fault
    const { status, since, code } = this.#state
    if (status === 'live') {
      this.#restarts.lost(fault.code)
      // One that fails again and again, soon after it has been opened, is not opened again at once for ever.
      if (Date.now() - since.getTime() > proven) this.#backOff.reset()
    }
    if (status !== 'waiting' || code !== fault.code) {
      const from = status === 'waiting' ? since : new Date()
      this.#setState({ status: 'waiting', since: from, code: fault.code, message: fault.message })
    }
    this.#backOff.schedule(() => void this.#attempt())
    void (wedged.has(fault.code) ? this.#hotPlug.stop() : this.#watchForCameras())
  }

  #sleepLater(): void {
    clearTimeout(this.#idleTimer)
    if (this.#idleAfter === 0 || !this.#isUnwanted()) return
    this.#idleTimer = setTimeout(() => {
      if (this.#isUnwanted()) this.#sleep()
    }, this.#idleAfter).unref()
  }

  #isUnwanted(): boolean {
    return !this.#closed && this.#state.status === 'live' && this.#watchers.size === 0 && this.#calls === 0
  }

  #sleep(): void {
    // It has been given up: what becomes of it now is no fault of the next one.
    this.#camera?.off('fault', this.#onFault)
    this.#setState({ status: 'idle', since: new Date() })
    // With libcamera kept running, the camera is there sooner when somebody comes.
    const watching = this.#watchForCameras()
    this.#closing = watching.then(() => this.#camera?.close()).finally(() => (this.#closing = undefined))
  }

  /** One that is pulled out while it sleeps is missed at once: nobody shall believe that its pictures could be had. */
  async #lookAsleep(): Promise<void> {
    const cameras = await listLibcameraCameras().catch(() => undefined)
    if (!cameras || cameras.some(({ backendId }) => backendId === this.#wanted)) return
    if (this.#state.status !== 'idle' || this.#opening) return
    this.#lost(
      new MioError('ERR_CAMERA_UNPLUGGED', { asked: `camera "${this.id}"`, found: 'it was pulled out in its sleep' }),
    )
  }

  async #watchForCameras(): Promise<void> {
    if (this.backend !== 'synthetic') await this.#hotPlug.start()
  }

  #setState(state: CameraState): void {
    this.#state = state
    this.#onEvent(state)
    for (const listener of this.#stateListeners) listener(state)
  }
}
