/** Milliseconds before the first attempt, and at most; doubled after each. */
const first = 500
const longest = 10_000

/** One attempt at a time, each a little later than the one before. */
export class BackOff {
  #delay = first
  #timer: NodeJS.Timeout | undefined

  schedule(attempt: () => void): void {
    this.cancel()
    this.#timer = setTimeout(attempt, this.#delay)
    this.#delay = Math.min(this.#delay * 2, longest)
  }

  /** The next attempt that is scheduled comes soon. */
  reset(): void {
    this.#delay = first
  }

  cancel(): void {
    clearTimeout(this.#timer)
  }
}
