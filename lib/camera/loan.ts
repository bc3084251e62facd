import { MioError } from './errors.ts'

/** What a frame tells about itself. */
export interface FrameInfo {
  /** Picture width in pixels, as encoded (before any EXIF rotation). */
  readonly width: number
  /** Picture height in pixels. */
  readonly height: number
  /** The camera's own frame number; a gap means that frames were skipped. */
  readonly sequence: number
  /** When the sensor was exposed: wall clock, milliseconds since 1970 with a fraction down to the microsecond. */
  readonly timestamp: number
  /** The same instant on CLOCK_MONOTONIC, in nanoseconds: comparable with `process.hrtime.bigint()`. */
  readonly monotonic: bigint
}

/**
 * The bytes of one picture and the number of those who hold it. With the last holder gone, `giveBack` returns its
 * slot to the pool.
 */
export class Loan {
  #holders = 0
  readonly #memory: Buffer
  readonly #begin: number
  readonly #end: number
  #data: Buffer | undefined
  readonly info: FrameInfo
  /** True when the bytes were copied out of the pool because too many slots were lent. */
  readonly copied: boolean
  readonly #giveBack: () => void

  /**
   * @param memory has the picture in it, and may have room around it, which is nobody else's
   * @param begin of the picture in `memory`
   * @param end of the picture in `memory`
   */
  constructor(memory: Buffer, info: FrameInfo, copied: boolean, giveBack: () => void, begin = 0, end = memory.length) {
    this.#memory = memory
    this.#begin = begin
    this.#end = end
    this.info = info
    this.copied = copied
    this.#giveBack = giveBack
  }

  get length(): number {
    return this.#end - this.#begin
  }

  get data(): Buffer {
    return (this.#data ??= this.#memory.subarray(this.#begin, this.#end))
  }

  /**
   * The picture with `head` before and `tail` behind it, in one piece: around it where there is room, else in a
   * copy. All who share the memory, in whichever threads, have to write the same there.
   * @param head in Latin-1
   */
  enclosed(head: string, tail: Buffer): Buffer {
    const begin = this.#begin - head.length
    const end = this.#end + tail.length
    if (begin < 0 || end > this.#memory.length) return Buffer.concat([Buffer.from(head, 'latin1'), this.data, tail])
    this.#memory.write(head, begin, 'latin1')
    this.#memory.set(tail, this.#end)
    return this.#memory.subarray(begin, end)
  }

  hold(): void {
    this.#holders++
  }

  drop(): void {
    if (--this.#holders === 0) this.#giveBack()
  }
}

let warned = false
/** Gives back the loans of frames that were forgotten, and says so once. */
const forgotten = new FinalizationRegistry<Loan>((loan) => {
  loan.drop()
  // Who forgets one forgets them all, and a warning for each would fill a disk.
  if (warned) return
  warned = true
  process.emitWarning(
    'A frame was garbage-collected without frame.release(): the picture was held for longer than needed',
    {
      code: 'MIO_FRAME_NOT_RELEASED',
    },
  )
})

/** What all frames have in common: each object is one holder of a picture on loan, to be released once. */
export abstract class LentPicture implements FrameInfo, Disposable {
  #loan: Loan | undefined
  readonly #info: FrameInfo
  readonly #watched: boolean
  /** True when the bytes were copied out of the pool because its slots ran low. */
  readonly copied: boolean

  /**
   * @internal
   * @param watched whether to notice when it is forgotten; that has its price for each frame
   */
  constructor(loan: Loan, watched: boolean) {
    loan.hold()
    this.#loan = loan
    this.#info = loan.info
    this.copied = loan.copied
    this.#watched = watched
    if (watched) forgotten.register(this, loan, this)
  }

  /**
   * All bytes of the picture. A view into the pool, not a copy: do not write to it, and do not use it after `release()`.
   * @throws {MioError} `ERR_FRAME_RELEASED` once this frame has been released.
   */
  get data(): Buffer {
    return this.held().data
  }

  get width(): number {
    return this.#info.width
  }
  get height(): number {
    return this.#info.height
  }
  get sequence(): number {
    return this.#info.sequence
  }
  get timestamp(): number {
    return this.#info.timestamp
  }
  get monotonic(): bigint {
    return this.#info.monotonic
  }
  get released(): boolean {
    return this.#loan === undefined
  }

  /** Gives this holder's share back. Doing it twice does nothing. */
  release(): void {
    const loan = this.#loan
    if (!loan) return
    this.#loan = undefined
    if (this.#watched) forgotten.unregister(this)
    loan.drop()
  }

  [Symbol.dispose](): void {
    this.release()
  }

  /**
   * The bytes in memory of its own, for keeping.
   * @throws {MioError} `ERR_FRAME_RELEASED` once this frame has been released.
   */
  copy(): Buffer {
    return Buffer.from(this.held().data)
  }

  /** @internal */
  protected held(): Loan {
    if (this.#loan) return this.#loan
    throw new MioError('ERR_FRAME_RELEASED', {
      asked: `read frame ${this.#info.sequence}`,
      found: 'it has been released',
    })
  }
}
