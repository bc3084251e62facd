import type { Frame } from '../camera/frame.ts'
import type { FrameSource } from '../camera/source.ts'
import type { Connection } from './connection.ts'
import type { Departure, StreamStatistics, ViewerReport } from './delivery.ts'
import { type Histogram, Latency } from './latency.ts'
import { NoSignal } from './no_signal.ts'
import { FramePart, type Part, PlaceholderPart } from './part.ts'
import type { Size } from './placeholder.ts'
import { Viewer } from './viewer.ts'

export interface HubOptions {
  /** Milliseconds in which a viewer must take a frame; after that it is dropped. Default 10 000. */
  sendTimeout?: number
  /** Size of the placeholder while the camera's is unknown. Default 1280 × 720. */
  size?: Size
}

/** What a viewer asked for. */
export interface JoinOptions {
  /** Frames per second at most for this viewer alone. */
  fps?: number | undefined
  /** Parts until its stream ends. */
  frames?: number | undefined
  /** The client's address, for people. */
  address?: string | undefined
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
  readonly #latency = new Latency()
  /** Viewers that have been. */
  #joined = 0
  readonly #left: Record<Departure, number> = { ended: 0, disconnected: 0, timeout: 0 }
  /** Sums of those that have left. */
  readonly #past = { sent: 0, skipped: 0, bytes: 0 }
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

  /** The viewers in numbers, the longest there first. */
  clients(): ViewerReport[] {
    return [...this.#viewers].map((viewer) => viewer.report())
  }

  /** Sums over all viewers so far. */
  statistics(): StreamStatistics {
    const sums = { ...this.#past }
    for (const viewer of this.#viewers) addUp(sums, viewer)
    return { joined: this.#joined, left: { ...this.#left }, ...sums }
  }

  /** Time from exposure to socket, of all frames and viewers so far. */
  latency(): Histogram {
    return this.#latency.read()
  }

  /** Streams to `connection` until the viewer leaves. Its first picture is the newest there is, at once. */
  join(connection: Connection, { fps, frames, address }: JoinOptions = {}): Viewer {
    const viewer = new Viewer(connection, {
      id: ++this.#joined,
      address,
      fps,
      frames,
      sendTimeout: this.#sendTimeout,
      newest: () => this.#newest,
      latency: this.#latency,
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

  readonly #onLeave = (viewer: Viewer, why: Departure): void => {
    this.#viewers.delete(viewer)
    this.#left[why]++
    addUp(this.#past, viewer)
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

type Sums = { sent: number; skipped: number; bytes: number }

function addUp(sums: Sums, { sent, skipped, bytes }: Readonly<Sums>): void {
  sums.sent += sent
  sums.skipped += skipped
  sums.bytes += bytes
}

const hubs = new WeakMap<FrameSource, Hub>()

/** The one hub of a source. The options count when it is made, by the first who asks. */
export function hubOf(source: FrameSource, options?: HubOptions): Hub {
  const hub = hubs.get(source) ?? new Hub(source, options)
  hubs.set(source, hub)
  return hub
}
