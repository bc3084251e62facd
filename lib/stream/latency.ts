/** Upper bounds of the classes, in seconds. One frame time at 30 fps is 0.033. */
export const latencyBounds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5] as const

/** A histogram as Prometheus has it. */
export interface Histogram {
  /** Upper bounds of the classes, in seconds; a last one without bound follows. */
  readonly bounds: readonly number[]
  /** How many fell into each class: one more than there are bounds. Not cumulative. */
  readonly counts: readonly number[]
  /** Of all values, in seconds. */
  readonly sum: number
}

/** Time from a frame's exposure until a viewer's socket has taken its last byte. */
export class Latency {
  readonly #counts = new Float64Array(latencyBounds.length + 1)
  #sum = 0

  /** @param milliseconds from exposure to socket */
  add(milliseconds: number): void {
    const seconds = milliseconds / 1000
    let index = 0
    while (index < latencyBounds.length && seconds > latencyBounds[index]!) index++
    this.#counts[index]!++
    this.#sum += seconds
  }

  read(): Histogram {
    return { bounds: latencyBounds, counts: [...this.#counts], sum: this.#sum }
  }
}

/** Both together. */
export function sumOf(a: Histogram, b: Histogram): Histogram {
  return { bounds: a.bounds, counts: a.counts.map((count, i) => count + b.counts[i]!), sum: a.sum + b.sum }
}
