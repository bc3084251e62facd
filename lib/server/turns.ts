import { MioError } from '../camera/errors.ts'

/** As many may wait at most: more than that is no use to anybody. */
const longestQueue = 64

/** Lets a few work at once, and the others wait for their turn. */
export class Turns {
  readonly #limit: number
  readonly #patience: number
  readonly #waiting = new Set<() => void>()
  #running = 0

  /**
   * @param limit how many at once
   * @param patience milliseconds to wait for a turn at most
   */
  constructor(limit = 2, patience = 2000) {
    this.#limit = limit
    this.#patience = patience
  }

  /** @throws {MioError} `ERR_BUSY`, and what `work` throws */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#limit) this.#running++
    else await this.#turn()
    try {
      return await work()
    } finally {
      const [next] = this.#waiting
      // The place is handed on, so the number of those who run stays.
      if (next) next()
      else this.#running--
    }
  }

  async #turn(): Promise<void> {
    const busy = new MioError('ERR_BUSY', {
      asked: 'convert a picture',
      found: `${this.#limit} are being converted and ${this.#waiting.size} wait`,
    })
    if (this.#waiting.size >= longestQueue) throw busy
    await new Promise<void>((resolve, reject) => {
      const leave = (act: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(go)
        act()
      }
      const go = (): void => leave(resolve)
      const timer = setTimeout(() => leave(() => reject(busy)), this.#patience)
      this.#waiting.add(go)
    })
  }
}
