import type { Frame } from '../camera/frame.ts'
import type { FrameSource } from '../camera/source.ts'
import { monotonicNow } from './clock.ts'
import type { Connection } from './connection.ts'
import { addUp, type Admission, type Delivery, type Sums, type ViewerReport } from './delivery.ts'
import { JavaScriptViewer } from './javascript_viewer.ts'
import { type Histogram, Latency } from './latency.ts'
import { FramePart, type Part, PlaceholderPart } from './part.ts'

/** How often within the send timeout viewers are looked at. One timer for all costs nothing for each part. */
const looks = 4

/** Delivery through Node's sockets: for every connection there is, TLS and HTTP/2 among them. */
export class JavaScriptDelivery implements Delivery {
  readonly name = 'javascript'
  readonly frames = { count: 0, last: 0 }
  readonly #source: FrameSource
  readonly #sendTimeout: number
  readonly #viewers = new Set<JavaScriptViewer>()
  readonly #latency = new Latency()
  /** Of those that have left. */
  readonly #past: Sums = { sent: 0, skipped: 0, bytes: 0 }
  #serial = 0
  #newest: Part | undefined
  #unsubscribe: (() => void) | undefined
  #lookout: NodeJS.Timeout | undefined

  /** @param sendTimeout milliseconds in which a part must be taken */
  constructor(source: FrameSource, sendTimeout: number) {
    this.#source = source
    this.#sendTimeout = sendTimeout
  }

  get size(): number {
    return this.#viewers.size
  }

  join(connection: Connection, admission: Admission): JavaScriptViewer {
    const viewer: JavaScriptViewer = new JavaScriptViewer(connection, {
      ...admission,
      newest: () => this.#newest,
      latency: this.#latency,
      onLeave: (_, why) => {
        this.#remove(viewer)
        admission.onLeave(viewer, why)
      },
    })
    this.#viewers.add(viewer)
    if (this.#newest) viewer.offer(this.#newest)
    this.#lookout ??= setInterval(() => {
      for (const each of this.#viewers) each.look(looks)
    }, this.#sendTimeout / looks).unref()
    this.#unsubscribe ??= this.#source.subscribe(this.#onFrame)
    return viewer
  }

  show(jpeg: Buffer, state: string): void {
    this.#publish(new PlaceholderPart(++this.#serial, jpeg, state))
  }

  end(last?: Buffer): void {
    const part = last && new PlaceholderPart(++this.#serial, last, 'ended', true)
    for (const viewer of this.#viewers) viewer.end(part)
    this.#stop()
  }

  clients(): ViewerReport[] {
    return [...this.#viewers].map((viewer) => viewer.report())
  }

  sums(): Sums {
    const sums = { ...this.#past }
    for (const viewer of this.#viewers) addUp(sums, viewer)
    return sums
  }

  latency(): Histogram {
    return this.#latency.read()
  }

  #remove(viewer: JavaScriptViewer): void {
    this.#viewers.delete(viewer)
    addUp(this.#past, viewer)
    if (this.#viewers.size > 0) return
    clearInterval(this.#lookout)
    this.#lookout = undefined
    this.#stop()
  }

  #stop(): void {
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
    this.#newest?.drop()
    this.#newest = undefined
  }

  readonly #onFrame = (frame: Frame): void => {
    this.frames.count++
    this.frames.last = monotonicNow()
    this.#publish(new FramePart(++this.#serial, frame))
  }

  #publish(part: Part): void {
    part.hold()
    this.#newest?.drop()
    this.#newest = part
    for (const viewer of this.#viewers) viewer.offer(part)
  }
}
