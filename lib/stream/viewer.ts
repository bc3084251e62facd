import { opening } from './multipart.ts'
import { Pacing } from './pacing.ts'
import type { Part } from './part.ts'

/** What a viewer is written to: an `http.ServerResponse`, a `net.Socket`, or anything alike. */
export interface Sink {
  cork(): void
  uncork(): void
  /** `done` is called when the bytes have been taken, or with an error when they never will be. */
  write(chunk: Uint8Array, done?: (error?: Error | null) => void): unknown
  end(): unknown
  destroy(): unknown
}

export interface ViewerOptions {
  /** Frames per second at most; by default every frame. */
  fps?: number | undefined
  /** Milliseconds in which a part must be taken; after that the viewer is dropped. */
  sendTimeout: number
  /** The newest part there is. */
  newest: () => Part | undefined
  /** Called once, when the viewer has left. */
  onLeave: (viewer: Viewer) => void
}

/**
 * One viewer: at most one part in flight, and whatever is newest once that has been taken. There is no
 * queue, so a slow viewer sees fewer frames, never older ones, and nobody waits for it.
 *
 * "Taken" means that the write callback has fired. What `write()` returns says nothing: a frame is larger
 * than the high-water mark, so it is false even when the kernel took everything at once.
 */
export class Viewer {
  /** When it came, milliseconds since 1970. */
  readonly since = Date.now()
  /** Parts taken whole. */
  sent = 0
  /** Frames that were due, but replaced by a newer one before this viewer could take them. */
  skipped = 0
  /** Bytes of the parts taken. */
  bytes = 0

  readonly #sink: Sink
  readonly #options: ViewerOptions
  readonly #pacing: Pacing
  readonly #deadline: NodeJS.Timeout
  #inFlight: Part | undefined
  /** Serial of the last part sent. */
  #serial = -1
  /** Whether a newer part is due as soon as the one in flight has been taken. */
  #behind = false
  /** How to end, once asked to. */
  #ending: { last: Part | undefined } | undefined
  #left = false

  constructor(sink: Sink, options: ViewerOptions) {
    this.#sink = sink
    this.#options = options
    this.#pacing = new Pacing(options.fps)
    // Refreshed with each part instead of made anew. It may fire while nothing is in flight: no harm.
    this.#deadline = setTimeout(() => this.#inFlight && this.leave(), options.sendTimeout).unref()
    sink.write(opening)
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

  /** Ends the stream cleanly: after the part in flight and, if given, `last`. */
  end(last?: Part): void {
    if (this.#left || this.#ending) return
    this.#ending = { last }
    if (!this.#inFlight) this.#finish(this.#ending)
  }

  /** Cuts the connection. A part in flight is not dropped yet: libuv may still read it. */
  leave(): void {
    if (this.#left) return
    this.#left = true
    clearTimeout(this.#deadline)
    this.#sink.destroy()
    this.#options.onLeave(this)
  }

  /**
   * The connection has closed, so that nothing reads a part in flight any more. Needed because
   * `http.ServerResponse` forgets the callback of a write between its socket's end and its 'close' event.
   */
  disconnected(): void {
    this.leave()
    this.#drop()
  }

  #send(part: Part): void {
    this.#inFlight = part
    this.#behind = false
    this.#serial = part.serial
    part.hold()
    this.#deadline.refresh()
    try {
      // Corked, the three Buffers go out in one writev: no copy of the JPEG, and its start travels with its
      // header (Mainsail misses a start marker that is split from it).
      this.#sink.cork()
      this.#sink.write(part.head)
      this.#sink.write(part.jpeg)
      this.#sink.write(part.tail, this.#onTaken)
      this.#sink.uncork()
    } catch (error) {
      this.#onTaken(error as Error)
    }
  }

  readonly #onTaken = (error?: Error | null): void => {
    const part = this.#drop()
    if (!part || this.#left) return
    if (error) return this.leave()
    this.sent++
    this.bytes += part.head.length + part.jpeg.length + part.tail.length
    if (this.#ending) return this.#finish(this.#ending)
    const newest = this.#behind && this.#options.newest()
    if (newest) this.#send(newest)
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
    else this.#sink.end()
  }
}
