import { monotonicNow } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Admission, Departure, Viewer, ViewerReport } from './delivery.ts'
import type { Latency } from './latency.ts'
import { opening } from './multipart.ts'
import { Pacing } from './pacing.ts'
import { closed, type Part } from './part.ts'
import { Rate } from './rate.ts'

/** Bytes by which the kernel's share of a connection is raised. */
const backlogStep = 64 * 1024

export interface ViewerOptions extends Admission {
  /** The newest part there is. */
  newest: () => Part | undefined
  /** Where the time from exposure to socket is counted. */
  latency: Latency
}

/**
 * One viewer: at most one part in flight, and whatever is newest once that has been taken. There is no
 * queue, so a slow viewer sees fewer frames, never older ones, and nobody waits for it.
 *
 * "Taken" means that the write callback has fired. What `write()` returns says nothing: a frame is larger
 * than the high-water mark, so it is false even when the kernel took everything at once.
 */
export class JavaScriptViewer implements Viewer {
  readonly id: number
  readonly address: string | undefined
  /** When it came, milliseconds since 1970. */
  readonly since = Date.now()
  /** Parts taken whole. */
  sent = 0
  /** Frames that were due, but replaced by a newer one before this viewer could take them. */
  skipped = 0
  /** Bytes of the parts taken. */
  bytes = 0

  readonly #connection: Connection
  readonly #options: ViewerOptions
  readonly #pacing: Pacing
  readonly #rate = new Rate()
  #inFlight: Part | undefined
  #inFlightBytes = 0
  /** How often it was looked at with the same part in flight. */
  #looks = 0
  /** Bytes that the kernel may keep. */
  #backlog = 0
  /** Parts begun. */
  #begun = 0
  /** Serial of the last part sent. */
  #serial = -1
  /** When the last frame taken was exposed, by {@link monotonicNow}. */
  #exposed: number | undefined
  /** Whether a newer part is due as soon as the one in flight has been taken. */
  #behind = false
  /** How to end, once asked to. */
  #ending: { last: Part | undefined } | undefined
  #left = false

  constructor(connection: Connection, options: ViewerOptions) {
    this.#connection = connection
    this.#options = options
    this.id = options.id
    this.address = options.address
    this.#pacing = new Pacing(options.fps)
    connection.onClose(() => this.#disconnected())
    connection.write(opening)
  }

  report(): ViewerReport {
    const { id, address, since, sent, skipped, bytes } = this
    const now = monotonicNow()
    const age = this.#exposed === undefined ? undefined : now - this.#exposed
    return { id, address, since, sent, skipped, bytes, fps: this.#rate.perSecond(now), age, delivery: 'javascript' }
  }

  /** Sends `part` if it is due: now, or, while another is in flight, whatever is newest afterwards. */
  offer(part: Part): void {
    if (this.#left || this.#ending || part.serial <= this.#serial) return
    if (part.time !== undefined) {
      if (!this.#pacing.isDue(part.time)) return
      this.#pacing.take(part.time)
    }
    if (!this.#inFlight) return this.#send(part)
    if (this.#behind) this.skipped++
    this.#behind = true
  }

  /** Called at even intervals: drops the viewer when it has not taken a part for more than `most` of them. */
  look(most: number): void {
    if (this.#inFlight && this.#looks++ >= most) this.leave('timeout')
  }

  /** Ends the stream cleanly: after the part in flight and, if given, `last`. */
  end(last?: Part): void {
    if (this.#left || this.#ending) return
    this.#ending = { last }
    if (!this.#inFlight) this.#finish(this.#ending)
  }

  /** Cuts the connection. A part in flight is not dropped yet: libuv may still read it. */
  leave(why: Departure = 'disconnected'): void {
    if (this.#left) return
    this.#left = true
    if (why === 'ended') this.#connection.end()
    else this.#connection.destroy()
    this.#options.onLeave(this, why)
  }

  /**
   * The connection has closed, so that nothing reads a part in flight any more. Needed because
   * `http.ServerResponse` forgets the callback of a write between its socket's end and its 'close' event.
   */
  #disconnected(): void {
    this.leave()
    this.#drop()
  }

  #send(part: Part): void {
    this.#inFlight = part
    this.#behind = false
    this.#serial = part.serial
    part.hold()
    const bytes = ++this.#begun === this.#options.frames ? closed(part) : part.bytes
    this.#inFlightBytes = bytes.length
    this.#looks = 0
    const connection = this.#connection
    if (this.#inFlightBytes > this.#backlog) {
      this.#backlog = Math.ceil(this.#inFlightBytes / backlogStep) * backlogStep
      connection.limitBacklog(this.#backlog)
    }
    try {
      // In one write: the JPEG's start travels with its header (Mainsail misses a start marker that is split from it).
      connection.write(bytes, this.#onTaken)
    } catch (error) {
      this.#onTaken(error as Error)
    }
  }

  readonly #onTaken = (error?: Error | null): void => {
    const part = this.#drop()
    if (!part || this.#left) return
    if (error) return this.leave()
    this.#count(part)
    if (this.#begun === this.#options.frames) return this.leave('ended')
    if (this.#ending) return this.#finish(this.#ending)
    const newest = this.#behind && this.#options.newest()
    if (newest) this.#send(newest)
  }

  #count({ time }: Part): void {
    const now = monotonicNow()
    this.sent++
    this.bytes += this.#inFlightBytes
    this.#rate.add(now)
    if (time === undefined) return
    this.#exposed = time
    this.#options.latency.add(now - time)
  }

  #drop(): Part | undefined {
    const part = this.#inFlight
    this.#inFlight = undefined
    part?.drop()
    return part
  }

  #finish(ending: { last: Part | undefined }): void {
    const { last } = ending
    ending.last = undefined
    if (last) this.#send(last)
    else this.leave('ended')
  }
}
