import type { Frame } from '../camera/frame.ts'
import type { FrameSource } from '../camera/source.ts'
import { NoSignal } from './no_signal.ts'
import { FramePart, type Part, PlaceholderPart } from './part.ts'
import type { Size } from './placeholder.ts'
import { type Sink, Viewer } from './viewer.ts'

export interface HubOptions {
  /** Milliseconds in which a viewer must take a frame; after that it is dropped. Default 10 000. */
  sendTimeout?: number
  /** Size of the placeholder while the camera's is unknown. Default 1280 × 720. */
  size?: Size
}

/**
 * Gives the frames of one source to all its viewers: to each the newest whole one when it is free. It
 * subscribes only while somebody watches, because the camera encodes only while somebody is subscribed,
 * and nothing that a viewer does reaches the source or another viewer.
 */
export class Hub {
  readonly #viewers = new Set<Viewer>()
  readonly #source: FrameSource
  readonly #sendTimeout: number
  readonly #noSignal: NoSignal
  #serial = 0
  #newest: Part | undefined
  #unsubscribe: (() => void) | undefined
  #closing: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  constructor(source: FrameSource, { sendTimeout = 10_000, size = { width: 1280, height: 720 } }: HubOptions = {}) {
    this.#source = source
    this.#sendTimeout = sendTimeout
    this.#noSignal = new NoSignal(source, size, (jpeg, state) => {
      this.#publish(new PlaceholderPart(++this.#serial, jpeg, state))
    })
  }

  /** Those who watch now. */
  get viewers(): ReadonlySet<Viewer> {
    return this.#viewers
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /**
   * Streams to `sink` until the viewer leaves. The caller must call `viewer.disconnected()` when the
   * connection has closed.
   * @param options.fps frames per second at most for this viewer alone.
   */
  join(sink: Sink, { fps }: { fps?: number | undefined } = {}): Viewer {
    const viewer = new Viewer(sink, {
      fps,
      sendTimeout: this.#sendTimeout,
      newest: () => this.#newest,
      onLeave: this.#onLeave,
    })
    this.#viewers.add(viewer)
    if (this.closed) viewer.end()
    else if (this.#newest) viewer.offer(this.#newest)
    else this.#start()
    return viewer
  }

  /** Ends all streams after a last picture that says so. Resolves when the last viewer has left. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end())
  }

  #start(): void {
    if (this.#unsubscribe) return
    this.#unsubscribe = this.#source.subscribe(this.#onFrame)
    this.#noSignal.start()
  }

  #stop(): void {
    this.#noSignal.stop()
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#newest?.drop()
    this.#newest = undefined
  }

  readonly #onFrame = (frame: Frame): void => {
    this.#noSignal.frameCame(frame)
    this.#publish(new FramePart(++this.#serial, frame))
  }

  #publish(part: Part): void {
    part.hold()
    this.#newest?.drop()
    this.#newest = part
    for (const viewer of this.#viewers) viewer.offer(part)
  }

  readonly #onLeave = (viewer: Viewer): void => {
    this.#viewers.delete(viewer)
    if (this.#viewers.size > 0) return
    this.#stop()
    this.#onEmpty?.()
  }

  async #end(): Promise<void> {
    if (this.#viewers.size === 0) return
    const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve))
    const last = await this.#lastPart()
    for (const viewer of this.#viewers) viewer.end(last)
    this.#stop()
    if (this.#viewers.size > 0) await empty
  }

  async #lastPart(): Promise<Part | undefined> {
    try {
      return new PlaceholderPart(++this.#serial, await this.#noSignal.farewell(), 'ended', true)
    } catch {
      return undefined
    }
  }
}

const hubs = new WeakMap<FrameSource, Hub>()

/** The one hub of a source. The options count when it is made, by the first who asks. */
export function hubOf(source: FrameSource, options?: HubOptions): Hub {
  const hub = hubs.get(source) ?? new Hub(source, options)
  hubs.set(source, hub)
  return hub
}
