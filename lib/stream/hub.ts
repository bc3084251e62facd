import type { Size } from '../camera/geometry.ts'
import type { FrameSource } from '../camera/source.ts'
import type { Connection } from './connection.ts'
import {
  addUp,
  type Delivery,
  type DeliveryName,
  type Departure,
  type JoinOptions,
  type StreamStatistics,
  type Viewer,
  type ViewerReport,
} from './delivery.ts'
import { JavaScriptDelivery } from './javascript_delivery.ts'
import { type Histogram, sumOf } from './latency.ts'
import { NativeDelivery } from './native_delivery.ts'
import { NoSignal } from './no_signal.ts'

export interface HubOptions {
  /** Milliseconds in which a viewer must take a frame; after that it is dropped. Default 10 000. */
  sendTimeout?: number
  /** Size of the placeholder while the camera's is unknown. Default 1280 × 720. */
  size?: Size
  /** `auto`, the default, delivers natively wherever source and connection allow it. */
  delivery?: 'auto' | 'javascript'
}

/**
 * The viewers of one source: who delivers to each, what they see when no frames come, and how their streams
 * end. The source runs only while somebody watches.
 */
export class Hub {
  readonly #viewers = new Set<Viewer>()
  /** The best first; the last one takes every connection. */
  readonly #deliveries: readonly Delivery[]
  readonly #noSignal: NoSignal
  /** Viewers that have been. */
  #joined = 0
  readonly #left: Record<Departure, number> = { ended: 0, disconnected: 0, timeout: 0 }
  #closing: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  constructor(
    source: FrameSource,
    { sendTimeout = 10_000, size = { width: 1280, height: 720 }, delivery = 'auto' }: HubOptions = {},
  ) {
    const native = delivery === 'auto' && NativeDelivery.serves(source)
    this.#deliveries = [
      ...(native ? [new NativeDelivery(source, sendTimeout)] : []),
      new JavaScriptDelivery(source, sendTimeout),
    ]
    this.#noSignal = new NoSignal(
      source,
      size,
      (jpeg, state) => {
        for (const each of this.#deliveries) if (each.size > 0) each.show(jpeg, state)
      },
      () => {
        const frames = this.#deliveries.map((each) => each.frames)
        return {
          count: frames.reduce((sum, { count }) => sum + count, 0),
          last: Math.max(...frames.map(({ last }) => last)),
        }
      },
    )
  }

  /** Those who watch now. */
  get viewers(): ReadonlySet<Viewer> {
    return this.#viewers
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Who delivers to an ordinary connection; {@link clients} tells it of each viewer. */
  get delivery(): DeliveryName {
    return this.#deliveries[0]!.name
  }

  /** The viewers in numbers, the longest there first. */
  clients(): ViewerReport[] {
    return this.#deliveries.flatMap((delivery) => delivery.clients()).toSorted((a, b) => a.id - b.id)
  }

  /** How many viewers each delivery has. */
  clientCounts(): Readonly<Partial<Record<DeliveryName, number>>> {
    return Object.fromEntries(this.#deliveries.map(({ name, size }) => [name, size]))
  }

  /** Sums over all viewers so far. */
  statistics(): StreamStatistics {
    const sums = { sent: 0, skipped: 0, bytes: 0 }
    for (const delivery of this.#deliveries) addUp(sums, delivery.sums())
    return { joined: this.#joined, left: { ...this.#left }, ...sums }
  }

  /** Time from exposure to socket, of all frames and viewers so far. */
  latency(): Histogram {
    return this.#deliveries.map((delivery) => delivery.latency()).reduce(sumOf)
  }

  /** Streams to `connection` until the viewer leaves. Its first picture is the newest there is, at once. */
  join(connection: Connection, options: JoinOptions = {}): Viewer {
    const admission = { ...options, id: ++this.#joined, onLeave: this.#onLeave }
    if (this.closed) return turnedAway(connection)
    for (const delivery of this.#deliveries) {
      const isFirst = delivery.size === 0
      const viewer = delivery.join(connection, admission)
      if (!viewer) continue
      this.#viewers.add(viewer)
      if (this.#viewers.size === 1) this.#noSignal.start()
      const placeholder = isFirst && this.#noSignal.showing
      if (placeholder) delivery.show(placeholder.jpeg, placeholder.word)
      return viewer
    }
    throw new Error('no delivery took the connection')
  }

  /** Ends all streams after a last picture that says so. Resolves when the last viewer has left. */
  close(): Promise<void> {
    return (this.#closing ??= this.#end())
  }

  readonly #onLeave = (viewer: Viewer, why: Departure): void => {
    this.#viewers.delete(viewer)
    this.#left[why]++
    if (this.#viewers.size > 0) return
    this.#noSignal.stop()
    this.#onEmpty?.()
  }

  async #end(): Promise<void> {
    if (this.#viewers.size === 0) return
    const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve))
    // A farewell that cannot be drawn is none.
    const last = await this.#noSignal.farewell().catch(() => undefined)
    this.#noSignal.stop()
    for (const delivery of this.#deliveries) delivery.end(last)
    if (this.#viewers.size > 0) await empty
  }
}

function turnedAway(connection: Connection): Viewer {
  connection.end()
  return { id: 0, leave: () => void connection.destroy() }
}

const hubs = new WeakMap<FrameSource, Hub>()

/** The one hub of a source. The options count when it is made, by the first who asks. */
export function hubOf(source: FrameSource, options?: HubOptions): Hub {
  const hub = hubs.get(source) ?? new Hub(source, options)
  hubs.set(source, hub)
  return hub
}
