/** Runs one piece of work after the other, in the order of the calls, whatever becomes of each. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
