/** Weight of the newest interval: an average over the last twenty or so. */
const weight = 0.1

/** How often something happens per second, lately; without memory for each time. */
export class Rate {
  #last = 0
  #interval = 0

  /** @param now milliseconds, monotonic */
  add(now: number): void {
    if (this.#last > 0) {
      const interval = now - this.#last
      this.#interval += (interval - this.#interval) * (this.#interval > 0 ? weight : 1)
    }
    this.#last = now
  }

  /** Falls by itself when nothing happens any more. */
  perSecond(now: number): number {
    if (this.#interval === 0) return 0
    return 1000 / Math.max(this.#interval, now - this.#last)
  }
}
