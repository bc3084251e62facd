/**
 * Lowers a viewer's frame rate by a schedule: each frame taken moves the next due time on by exactly one
 * period, so that the average is right for any pair of rates (20 of 30 too). A test of "too early since
 * the last one" would give 15 of 30 there.
 *
 * Times are the frames' own exposure times in milliseconds, of any origin: steadier than their arrival.
 */
export class Pacing {
  readonly #period: number
  #due = -Infinity

  /** @param fps frames per second at most; `Infinity` takes every frame. */
  constructor(fps = Infinity) {
    this.#period = 1000 / fps
  }

  /** Whether the frame exposed at `time` is due. */
  isDue(time: number): boolean {
    // A sensor's clock wanders a little: a frame up to 5 % of a period early is the one that was meant. A frame
    // from long before comes from another clock.
    return time >= this.#due - this.#period * 0.05 || time < this.#due - this.#period * 2
  }

  /** Counts the frame exposed at `time` as taken. */
  take(time: number): void {
    this.#due += this.#period
    // After a gap, start afresh instead of catching up with a burst.
    if (Math.abs(this.#due - time) > this.#period * 1.05) this.#due = time + this.#period
  }
}
