import type { NativeSender, NativeSenderSums } from '../camera/binding.ts'
import { canSend, openSender } from '../camera/sender.ts'
import type { FrameSource } from '../camera/source.ts'
import { monotonicNow } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Admission, Delivery, Departure, FrameCount, Sums, Viewer, ViewerReport } from './delivery.ts'
import { type Histogram, latencyBounds, sumOf } from './latency.ts'
import { between, closing, opening, partPieces } from './multipart.ts'

interface Member extends Viewer {
  readonly address: string | undefined
  readonly since: number
  /** The thread writes; before, Node does. */
  begun: boolean
  leave(why?: Departure): void
  /** Ends it on Node's side, once the thread has done with it. */
  readonly departed: (why: Departure) => void
}

/**
 * Delivery by a thread of the addon. Node accepts, reads and closes the connections; the thread writes to duplicates
 * of their descriptors. Frames come from the encoder to the thread without JavaScript, so that a blocked event loop
 * is not noticed by any viewer.
 */
export class NativeDelivery implements Delivery {
  readonly name = 'native'
  readonly #source: FrameSource
  readonly #sendTimeout: number
  readonly #members = new Map<number, Member>()
  /** Only while there are viewers: so there is no thread when nobody watches. */
  #sender: NativeSender | undefined
  #unfeed: (() => void) | undefined
  /** Of the senders before. */
  #past: NativeSenderSums = {
    sent: 0,
    skipped: 0,
    bytes: 0,
    frames: 0,
    lastFrame: 0,
    latencySum: 0,
    latencyCounts: Array.from({ length: latencyBounds.length + 1 }, () => 0),
  }

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
    return this.#members.size
  }

  get frames(): FrameCount {
    const { frames, lastFrame } = this.#total()
    return { count: frames, last: lastFrame }
  }

  join(connection: Connection, admission: Admission): Viewer | undefined {
    const { id, address, fps = 0, frames = 0 } = admission
    const descriptor = connection.descriptor()
    const sender = descriptor === undefined ? undefined : this.#start()
    if (descriptor === undefined || !sender?.add(id, descriptor)) {
      this.#stopIfEmpty()
      return undefined
    }
    const leave = (why: Departure): void => {
      if (!this.#members.has(id)) return
      sender.remove(id)
      member.departed(why)
    }
    const late = setTimeout(() => leave('timeout'), this.#sendTimeout).unref()
    const member: Member = {
      id,
      address,
      since: Date.now(),
      begun: false,
      leave: (why = 'disconnected') => leave(why),
      departed: (why) => {
        if (!this.#members.delete(id)) return
        clearTimeout(late)
        if (why === 'ended') connection.end()
        else connection.destroy()
        this.#stopIfEmpty()
        admission.onLeave(member, why)
      },
    }
    this.#members.set(id, member)
    connection.onClose(() => leave('disconnected'))
    // The kernel must have all that Node wrote before anybody else writes behind it.
    connection.write(opening, (error) => {
      if (error) return leave('disconnected')
      clearTimeout(late)
      if (!this.#members.has(id)) return
      member.begun = true
      connection.handOver()
      sender.begin(id, fps, frames)
    })
    return member
  }

  show(jpeg: Buffer, state: string): void {
    this.#sender?.publish(jpeg, Date.now(), undefined, state)
  }

  end(last?: Buffer): void {
    this.#unfeed?.()
    this.#unfeed = undefined
    for (const member of this.#members.values()) if (!member.begun) member.leave('ended')
    this.#sender?.end(last, Date.now(), undefined, 'ended')
  }

  clients(): ViewerReport[] {
    const now = monotonicNow()
    const numbers = new Map<number, Float64Array>()
    const all = this.#sender?.viewers() ?? new Float64Array()
    for (let i = 0; i < all.length; i += 6) numbers.set(all[i]!, all.subarray(i + 1, i + 6))
    return [...this.#members.values()].map(({ id, address, since }) => {
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
      (id, why) => this.#members.get(id)?.departed(why),
    )
    if (this.#sender) this.#unfeed = this.#source.feed?.(this.#sender)
    return this.#sender
  }

  #stopIfEmpty(): void {
    if (this.#members.size > 0 || !this.#sender) return
    this.#unfeed?.()
    this.#unfeed = undefined
    this.#sender.stop()
    this.#past = this.#total()
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
      frames: past.frames + now.frames,
      lastFrame: now.lastFrame || past.lastFrame,
      latencyCounts: [...counts],
      latencySum: sum,
    }
  }
}

function histogramOf({ latencyCounts, latencySum }: NativeSenderSums): Histogram {
  return { bounds: latencyBounds, counts: latencyCounts, sum: latencySum }
}
