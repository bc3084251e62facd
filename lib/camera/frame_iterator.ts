import type { Frame } from './frame.ts'

/** What can be held and released. */
interface Holder<F> {
  retain(): F
  release(): void
}

/**
 * The frames of a source for one consumer. It holds at most one: a consumer that is slow gets the newest
 * frame when it asks again, never a queue.
 */
export class FrameIterator<F extends Holder<F> = Frame> implements AsyncIterableIterator<F> {
  #newest: F | undefined
  #waiting: { resolve: (result: IteratorResult<F>) => void; reject: (error: unknown) => void } | undefined
  #ended = false
  #error: unknown
  readonly #unsubscribe: () => void
  readonly #onEnd: () => void

  /**
   * @internal
   * @param onEnd called once, when no more frames are wanted
   */
  constructor(source: { subscribe(listener: (frame: F) => void): () => void }, onEnd: () => void) {
    this.#onEnd = onEnd
    this.#unsubscribe = source.subscribe((frame) => {
      const held = frame.retain()
      const waiting = this.#waiting
      if (waiting) {
        this.#waiting = undefined
        waiting.resolve({ value: held, done: false })
      } else {
        this.#newest?.release()
        this.#newest = held
      }
    })
  }

  async next(): Promise<IteratorResult<F>> {
    const newest = this.#newest
    if (newest) {
      this.#newest = undefined
      return { value: newest, done: false }
    }
    if (this.#error !== undefined) {
      const error = this.#error
      this.#error = undefined
      throw error
    }
    if (this.#ended) return { value: undefined, done: true }
    if (this.#waiting) throw new TypeError('next() was called again before the last call had settled')
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  async return(): Promise<IteratorResult<F>> {
    this.end()
    return { value: undefined, done: true }
  }

  /** Ends the iteration; with an error, the consumer gets it from its next `next()`. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#unsubscribe()
    this.#onEnd()
    this.#newest?.release()
    this.#newest = undefined
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting && error !== undefined) waiting.reject(error)
    else if (waiting) waiting.resolve({ value: undefined, done: true })
    else this.#error = error
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end()
  }
}
