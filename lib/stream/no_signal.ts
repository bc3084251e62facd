import type { Size } from '../camera/geometry.ts'
import { sizeAsSeen } from '../camera/orientation.ts'
import type { CameraState, FrameSource } from '../camera/source.ts'
import { monotonicNow } from './clock.ts'
import type { FrameCount } from './delivery.ts'
import { type PlaceholderText, renderPlaceholder } from './placeholder.ts'

/** Milliseconds of silence that are allowed on top of two frame times. */
const patience = 1000
/** Milliseconds between two placeholders: at least one a second, although timers fire late. */
const interval = 900
/** Frames per second to expect of a camera that runs at its own rate. */
const unknownFps = 5

/**
 * Watches a source and shows a placeholder when no frames come: at once when the camera's state says so,
 * or after a silence, and then again and again until a frame comes. A frozen picture would be a lie, and
 * dashboards drop a stream that is silent for 10 s.
 *
 * It is not told of each frame, but looks once in a while how many there were: frames need not come through
 * JavaScript.
 */
export class NoSignal {
  readonly #source: FrameSource
  readonly #show: (jpeg: Buffer, state: string) => void
  readonly #frames: () => FrameCount
  #size: Size
  #timer: NodeJS.Timeout | undefined
  #offState: (() => void) | undefined
  /** Rises with each start, so that a placeholder being drawn for an earlier one is not shown. */
  #watch = 0
  /** When frames were last known to come, by {@link monotonicNow}. */
  #alive = 0
  #shown: { jpeg: Buffer; word: string; frames: number } | undefined
  #warned = false
  #drawn: { key: string; jpeg: Promise<Buffer> } | undefined

  /**
   * @param show is given a JPEG and a word for the state: the error's code if there is one.
   * @param frames tells the frames that have come so far.
   */
  constructor(
    source: FrameSource,
    fallbackSize: Size,
    show: (jpeg: Buffer, state: string) => void,
    frames: () => FrameCount,
  ) {
    this.#source = source
    this.#size = fallbackSize
    this.#show = show
    this.#frames = frames
  }

  start(): void {
    this.#watch++
    this.#alive = monotonicNow()
    this.#rememberSize()
    this.#offState = this.#source.onState(() => {
      this.#rememberSize()
      if (this.#isLost()) this.#announce()
    })
    this.#arm(this.#allowance())
    if (this.#isLost()) this.#announce()
  }

  stop(): void {
    this.#watch++
    this.#shown = undefined
    this.#offState?.()
    clearTimeout(this.#timer)
  }

  /** The placeholder that is being shown; undefined while frames come. */
  get showing(): { readonly jpeg: Buffer; readonly word: string } | undefined {
    return this.#shown?.frames === this.#frames().count ? this.#shown : undefined
  }

  /** The last picture of a stream that ends. */
  farewell(): Promise<Buffer> {
    return this.#draw({ title: 'STREAM ENDED', since: sinceText('at', new Date()), detail: this.#source.name })
  }

  /** While it opens, a camera is given the time of a silence. */
  #isLost(): boolean {
    return this.#source.state.status === 'waiting' || this.#source.state.status === 'closed'
  }

  #allowance(): number {
    const { mode, settings } = this.#source
    // In low light frames may come as seldom as was allowed.
    return patience + 2000 / Math.min(mode?.fps || unknownFps, settings.minFps ?? Infinity)
  }

  #arm(delay: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), delay).unref()
  }

  /** Frames may have come since the timer was set. */
  #look(): void {
    const now = monotonicNow()
    this.#alive = Math.max(this.#alive, this.#frames().last)
    const silence = now - this.#alive
    const allowance = this.#allowance()
    if (this.#isLost() || silence >= allowance) this.#announce()
    else this.#arm(allowance - silence)
  }

  #announce(): void {
    this.#announceNow().catch((error: unknown) => {
      if (this.#warned) return
      this.#warned = true
      process.emitWarning(`The placeholder could not be drawn: ${String(error)}`, { code: 'MIO_PLACEHOLDER' })
    })
  }

  async #announceNow(): Promise<void> {
    const watch = this.#watch
    const frames = this.#frames().count
    this.#arm(interval)
    this.#alive = Math.max(this.#alive, this.#frames().last)
    const { text, word } = describe(this.#source, new Date(Date.now() - (monotonicNow() - this.#alive)))
    const jpeg = await this.#draw(text)
    if (watch !== this.#watch) return
    // Frames have come while it was being drawn: after a blocked event loop, timers run before the frames that
    // waited. But a frame that was on its way when the camera was lost does not mean that the camera is back.
    const now = this.#frames().count
    if (frames !== now && !this.#isLost()) return
    this.#shown = { jpeg, word, frames: now }
    this.#show(jpeg, word)
  }

  #rememberSize(): void {
    if (this.#source.mode) this.#size = sizeAsSeen(this.#source.mode)
  }

  #draw(text: PlaceholderText): Promise<Buffer> {
    this.#rememberSize()
    const { width, height } = this.#size
    const key = JSON.stringify([text, width, height])
    if (this.#drawn?.key !== key) this.#drawn = { key, jpeg: renderPlaceholder(text, { width, height }) }
    return this.#drawn.jpeg
  }
}

function describe(source: FrameSource, lastFrame: Date): { text: PlaceholderText; word: string } {
  const { status, since, code }: CameraState = source.state
  const say = (title: string, from: Date, reason?: string): { text: PlaceholderText; word: string } => ({
    text: {
      title,
      since: sinceText('since', from),
      detail: reason ? `${source.name} · ${reason}` : source.name,
    },
    word: reason ?? status,
  })
  if (status === 'starting') return say('STARTING', since, code)
  if (status === 'idle') return say('WAKING UP', since)
  if (status === 'closed') return say('CAMERA CLOSED', since, code)
  if (status === 'waiting') return say('NO SIGNAL', since, code)
  return say('NO SIGNAL', lastFrame, 'ERR_CAMERA_STALLED')
}

/** `since 14:02:11`, with the date when that was not today. */
function sinceText(word: string, when: Date): string {
  const time = when.toTimeString().slice(0, 8)
  const today = when.toDateString() === new Date().toDateString()
  return today ? `${word} ${time}` : `${word} ${when.toDateString().slice(4)} ${time}`
}
