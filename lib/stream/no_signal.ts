import type { Frame } from '../camera/frame.ts'
import { sizeAsSeen } from '../camera/orientation.ts'
import type { CameraState, FrameSource } from '../camera/source.ts'
import { type PlaceholderText, renderPlaceholder, type Size } from './placeholder.ts'

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
 */
export class NoSignal {
  readonly #source: FrameSource
  readonly #show: (jpeg: Buffer, state: string) => void
  #size: Size
  #timer: NodeJS.Timeout | undefined
  #offState: (() => void) | undefined
  /** Rises with each start, so that a placeholder being drawn for an earlier one is not shown. */
  #watch = 0
  /** Rises with each frame. */
  #frames = 0
  #lastFrame = new Date()
  #showing = false
  #warned = false
  #drawn: { key: string; jpeg: Promise<Buffer> } | undefined

  /** @param show is given a JPEG and a word for the state: the error's code if there is one. */
  constructor(source: FrameSource, fallbackSize: Size, show: (jpeg: Buffer, state: string) => void) {
    this.#source = source
    this.#size = fallbackSize
    this.#show = show
  }

  start(): void {
    this.#watch++
    this.#lastFrame = new Date()
    this.#offState = this.#source.onState(() => this.#isLost() && this.#announce())
    this.#arm(this.#allowance())
    if (this.#isLost()) this.#announce()
  }

  stop(): void {
    this.#watch++
    this.#showing = false
    this.#offState?.()
    clearTimeout(this.#timer)
  }

  frameCame({ width, height }: Frame): void {
    this.#frames++
    this.#lastFrame = new Date()
    this.#size = this.#source.mode ? sizeAsSeen(this.#source.mode) : { width, height }
    if (this.#showing) this.#arm(this.#allowance())
    else this.#timer?.refresh()
    this.#showing = false
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
    return patience + 2000 / (this.#source.mode?.fps || unknownFps)
  }

  #arm(delay: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#announce(), delay).unref()
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
    const frames = this.#frames
    this.#showing = true
    this.#arm(interval)
    const { text, word } = describe(this.#source, this.#lastFrame)
    const jpeg = await this.#draw(text)
    if (watch !== this.#watch) return
    // Frames have come while it was being drawn: after a blocked event loop, timers run before the frames that
    // waited. But a frame that was on its way when the camera was lost does not mean that the camera is back.
    if (frames !== this.#frames && !this.#isLost()) return
    this.#show(jpeg, word)
  }

  #draw(text: PlaceholderText): Promise<Buffer> {
    const { width, height } = this.#source.mode ? sizeAsSeen(this.#source.mode) : this.#size
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
