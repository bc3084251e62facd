import { MioError } from '../camera/errors.ts'
import type { Frame } from '../camera/frame.ts'
import { monotonicNow } from '../stream/clock.ts'
import { convertPicture, type Picture } from './convert_picture.ts'
import type { Conversion } from './query.ts'

export interface PictureWish {
  /** Names the source and the kind of picture: equal wishes share one result. */
  readonly of: string
  readonly conversion: Conversion
  /** Milliseconds since exposure at most. */
  readonly maxAge: number
  /** Gets the frame to convert. */
  take(): Promise<Frame>
}

interface Job {
  readonly picture: Promise<Picture>
  /** When its frame was exposed; known as soon as it has one. `Infinity` when it gets none. */
  readonly exposed: Promise<number>
}

/** As many may wait at most: more than that is no use to anybody. */
const longestQueue = 64

/**
 * Converts pictures: a few at once, because each takes a processor and memory for the raw picture. A frame is taken only
 * when its turn has come, so that those who wait hold none and get a fresh one.
 */
export class PictureJobs {
  readonly #limit: number
  readonly #patience: number
  readonly #jobs = new Map<string, Job>()
  readonly #waiting = new Set<() => void>()
  #running = 0

  /**
   * @param limit conversions at once
   * @param patience milliseconds to wait for a turn at most
   */
  constructor(limit = 2, patience = 2000) {
    this.#limit = limit
    this.#patience = patience
  }

  /** @throws {MioError} `ERR_BUSY`, `ERR_PICTURE`, and what `wish.take` throws */
  async picture(wish: PictureWish): Promise<Picture> {
    const key = JSON.stringify([wish.of, wish.maxAge, wish.conversion])
    const oldest = monotonicNow() - wish.maxAge
    for (let job = this.#jobs.get(key); job; job = this.#jobs.get(key)) {
      if ((await job.exposed) >= oldest) return job.picture
      // Another who waited too may have begun a newer one meanwhile.
      if (this.#jobs.get(key) === job) break
    }
    return this.#begin(key, wish)
  }

  #begin(key: string, wish: PictureWish): Promise<Picture> {
    let tell = (_exposed: number): void => {}
    const exposed = new Promise<number>((resolve) => (tell = resolve))
    const picture = this.#inTurn(() => make(wish, tell)).finally(() => {
      tell(Infinity)
      if (this.#jobs.get(key)?.picture === picture) this.#jobs.delete(key)
    })
    this.#jobs.set(key, { picture, exposed })
    return picture
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
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

async function make(wish: PictureWish, onFrame: (exposed: number) => void): Promise<Picture> {
  const frame = await wish.take()
  onFrame(Number(frame.monotonic) / 1e6)
  try {
    return await convertPicture(frame, wish.conversion)
  } finally {
    frame.release()
  }
}
