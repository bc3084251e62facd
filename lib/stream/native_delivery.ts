import type { NativeSender, NativeSenderSums } from '../camera/binding.ts'
import { canSend, openSender } from '../camera/sender.ts'
import type { FrameSource } from '../camera/source.ts'
import { monotonicNow } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Admission, Delivery, FrameCount, Sums, Viewer, ViewerReport } from './delivery.ts'
import { type Histogram, latencyBounds, sumOf } from './latency.ts'
import { between, closing, partPieces } from './multipart.ts'
import { NativeViewer } from './native_viewer.ts'

/**
 * Delivery by a thread of the addon. Node accepts, reads and closes the connections; the thread writes to duplicates
 * of their descriptors. Frames come from the encoder to the thread without JavaScript, so that a blocked event loop
 * is not noticed by any viewer.
 */
export class NativeDelivery implements Delivery {
  readonly name = 'native'
  readonly #source: FrameSource
  readonly #sendTimeout: number
  readonly #viewers = new Map<number, NativeViewer>()
  /** Only while there are viewers: so there is no thread when nobody watches. */
  #sender: NativeSender | undefined
  #unfeed: (() => void) | undefined
  /** Of the senders before. */
  #past: NativeSenderSums = {
    sent: 0,
    skipped: 0,
    bytes: 0,
    latencySum: 0,
    latencyCounts: Array.from({ length: latencyBounds.length + 1 }, () => 0),
  }

  #pastFrames: FrameCount = { count: 0, last: 0 }

  /** @param sendTimeout milliseconds in which a part must be taken */
  constructor(source: FrameSource, sendTimeout: number) {
    this.#source = source
    this.#sendTimeout = sendTimeout
  }

  /** Whether the source can give its frames to a thread, and there is an addon that has one. */
  static serves(source: FrameSource): boolean {
    return source.feed !== undefined && canSend()
  }

  get size(): number {
    return this.#viewers.size
  }

  get frames(): FrameCount {
    const [count = 0, last = 0] = this.#sender?.frames() ?? []
    return { count: this.#pastFrames.count + count, last: last || this.#pastFrames.last }
  }

  join(connection: Connection, admission: Admission): Viewer | undefined {
    const { id } = admission
    const descriptor = connection.descriptor()
    const sender = descriptor === undefined ? undefined : this.#start()
    if (descriptor === undefined || !sender?.add(id, descriptor)) {
      this.#stopIfEmpty()
      return undefined
    }
    const viewer = new NativeViewer(connection, admission, sender, this.#sendTimeout, (gone, why) => {
      this.#viewers.delete(id)
      this.#stopIfEmpty()
      admission.onLeave(gone, why)
    })
    this.#viewers.set(id, viewer)
    return viewer
  }

  show(jpeg: Buffer, state: string): void {
    this.#sender?.publish(jpeg, Date.now(), undefined, state)
  }

  end(last?: Buffer): void {
    this.#unfeed?.()
    this.#unfeed = undefined
    for (const viewer of this.#viewers.values()) if (!viewer.begun) viewer.leave('ended')
    this.#sender?.end(last, Date.now(), undefined, 'ended')
  }

  clients(): ViewerReport[] {
    const now = monotonicNow()
    const numbers = new Map<number, Float64Array>()
    const all = this.#sender?.viewers() ?? new Float64Array()
    for (let i = 0; i < all.length; i += 6) numbers.set(all[i]!, all.subarray(i + 1, i + 6))
    return [...this.#viewers.values()].map(({ id, address, since }) => {
      const [sent = 0, skipped = 0, bytes = 0, fps = 0, exposed = 0] = numbers.get(id) ?? []
      const age = exposed > 0 ? now - exposed : undefined
      return { id, address, since, sent, skipped, bytes, fps, age, delivery: 'native' }
    })
  }

  sums(): Sums {
    const { sent, skipped, bytes } = this.#total()
    return { sent, skipped, bytes }
  }

  latency(): Histogram {
    return histogramOf(this.#total())
  }

  #start(): NativeSender | undefined {
    if (this.#sender) return this.#sender
    this.#sender = openSender(
      {
        ...partPieces,
        between: between.toString('latin1'),
        closing: closing.toString('latin1'),
        sendTimeout: this.#sendTimeout,
        latencyBounds,
      },
      (id, why) => this.#viewers.get(id)?.departed(why),
    )
    if (this.#sender) this.#unfeed = this.#source.feed?.(this.#sender)
    return this.#sender
  }

  #stopIfEmpty(): void {
    if (this.#viewers.size > 0 || !this.#sender) return
    this.#unfeed?.()
    this.#unfeed = undefined
    this.#sender.stop()
    this.#past = this.#total()
    this.#pastFrames = this.frames
    this.#sender = undefined
  }

  #total(): NativeSenderSums {
    const past = this.#past
    const now = this.#sender?.sums()
    if (!now) return past
    const { counts, sum } = sumOf(histogramOf(past), histogramOf(now))
    return {
      sent: past.sent + now.sent,
      skipped: past.skipped + now.skipped,
      bytes: past.bytes + now.bytes,
      latencyCounts: [...counts],
      latencySum: sum,
    }
  }
}

function histogramOf({ latencyCounts, latencySum }: NativeSenderSums): Histogram {
  return { bounds: latencyBounds, counts: latencyCounts, sum: latencySum }
}
