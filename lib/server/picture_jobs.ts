import type { Frame } from '../camera/frame.ts'
import { monotonicNow } from '../stream/clock.ts'
import { convertPicture, type Picture } from './convert_picture.ts'
import type { Conversion } from './query.ts'
import { Turns } from './turns.ts'

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

/**
 * Converts pictures of one camera: a few at once, because each takes a processor and memory for the raw picture. A frame is
 * taken only when its turn has come, so that those who wait hold none and get a fresh one.
 */
export class PictureJobs {
  readonly #jobs = new Map<string, Job>()
  /** A camera that gives no pictures keeps only its own jobs waiting. */
  readonly #turns: Turns
  readonly #conversions: Turns

  /**
   * @param limit as many at once
   * @param patience milliseconds to wait for a turn at most
   * @param conversions turns to convert, of all cameras together
   */
  constructor(limit = 2, patience = 2000, conversions = new Turns(limit)) {
    this.#turns = new Turns(limit, patience)
    this.#conversions = conversions
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
    const picture = this.#turns
      .take(() => this.#make(wish, tell))
      .finally(() => {
        tell(Infinity)
        if (this.#jobs.get(key)?.picture === picture) this.#jobs.delete(key)
      })
    this.#jobs.set(key, { picture, exposed })
    return picture
  }

  async #make(wish: PictureWish, onFrame: (exposed: number) => void): Promise<Picture> {
    const frame = await wish.take()
    onFrame(Number(frame.monotonic) / 1e6)
    try {
      return await this.#conversions.take(() => convertPicture(frame, wish.conversion))
    } finally {
      frame.release()
    }
  }
}
