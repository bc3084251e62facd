import type { NativeCamera } from './binding.ts'
import { FrameIterator } from './frame_iterator.ts'
import { RawFrame, type RawFormat, type RawFrameInfo, rawBytes } from './raw_frame.ts'
import { Slots } from './slots.ts'

/** In the order of their numbers in the addon. */
export const rawFormats: readonly RawFormat[] = ['yuv420', 'nv12']

/** Free slots that are left to the camera: one that is copied into, one that waits, one that is just handed out. */
const reserved = 3

type Native = Pick<NativeCamera, 'watchRaw' | 'rawSlots' | 'releaseRaw'>

/** Who gets an open camera's raw frames of one format. They are made as long as there is anybody. */
export class RawOutlet {
  readonly #native: Native
  readonly #format: number
  readonly #slots: Slots
  readonly #listeners = new Set<(frame: RawFrame) => void>()
  readonly #iterators = new Set<FrameIterator<RawFrame>>()

  constructor(native: Native, format: RawFormat) {
    this.#native = native
    this.#format = rawFormats.indexOf(format)
    this.#slots = new Slots((slot) => native.releaseRaw(this.#format, slot), reserved)
  }

  /** Frames that were copied because consumers held too many, and their bytes. */
  get copied(): { frames: number; bytes: number } {
    return this.#slots.copied
  }

  iterate(): FrameIterator<RawFrame> {
    const iterator: FrameIterator<RawFrame> = new FrameIterator(this, () => this.#iterators.delete(iterator))
    this.#iterators.add(iterator)
    return iterator
  }

  subscribe(listener: (frame: RawFrame) => void): () => void {
    if (this.#listeners.size === 0) this.#native.watchRaw(this.#format, true)
    this.#listeners.add(listener)
    this.look()
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#native.watchRaw(this.#format, false)
    }
  }

  /** Finds the slots; to be called after all that may have changed the camera. */
  look(): void {
    if (this.#listeners.size > 0) this.#slots.adopt(this.#native.rawSlots(this.#format))
  }

  deliver(slot: number, offset: number, info: RawFrameInfo, lent: number): void {
    const loan = this.#slots.loan(slot, offset, rawBytes(info.width, info.height), info, lent)
    if (!loan) return this.#native.releaseRaw(this.#format, slot)
    using frame = new RawFrame(loan, false)
    for (const listener of this.#listeners) listener(frame)
  }

  end(error: Error | undefined): void {
    for (const iterator of this.#iterators) iterator.end(error)
  }
}
