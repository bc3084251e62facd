/** How often a camera was opened again after a fault, and for what. */
export class RestartCount {
  #total = 0
  readonly #byReason: Record<string, number> = {}
  #lostBy: string | undefined

  /** The camera failed while it was live. */
  lost(code: string): void {
    this.#lostBy = code
  }

  /** It is live; again, if it was lost before. */
  opened(): void {
    if (this.#lostBy === undefined) return
    this.#total++
    this.#byReason[this.#lostBy] = (this.#byReason[this.#lostBy] ?? 0) + 1
    this.#lostBy = undefined
  }

  get total(): number {
    return this.#total
  }

  get byReason(): Readonly<Record<string, number>> {
    return { ...this.#byReason }
  }
}
