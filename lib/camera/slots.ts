import type { NativeSlots } from './binding.ts'
import { type FrameInfo, Loan } from './loan.ts'

/**
 * With fewer free slots than this, frames are copied out of the pool: a consumer that holds many costs a
 * copy, but the camera always has a slot to write into. As many as can be under way at once: a picture in
 * each of four encoder threads, one that waits for them, one in the mailbox, and the one that is just being handed out.
 */
export const reservedSlots = 7

/** Bytes around a picture that was copied out, for what {@link Loan.enclosed} puts there. A slot has them as well. */
const copyRoom = 512

/** The slots of a camera's pool, by number: makes loans of the pictures in them. */
export class Slots {
  #buffers: Buffer[] = []
  #first = 0
  readonly #release: (slot: number) => void
  readonly #reserved: number
  /** Pictures copied out because consumers held too many, and their bytes. */
  readonly copied = { frames: 0, bytes: 0 }

  /** @param reserved free slots that are left to the camera */
  constructor(release: (slot: number) => void, reserved = reservedSlots) {
    this.#release = release
    this.#reserved = reserved
  }

  /** Another pool, if there is another one. Loans of the last one stay valid. */
  adopt({ buffers, firstSlot }: NativeSlots): void {
    if (!buffers) return
    this.#buffers = buffers
    this.#first = firstSlot ?? 0
  }

  /**
   * @param lent slots that are lent now
   * @returns undefined when there is no such slot
   */
  loan(slot: number, offset: number, length: number, info: FrameInfo, lent: number): Loan | undefined {
    const buffer = this.#buffers[slot - this.#first]
    if (!buffer) return undefined
    const end = offset + length
    if (this.#buffers.length - lent >= this.#reserved) {
      return new Loan(buffer, info, false, () => this.#release(slot), offset, end)
    }
    this.copied.frames++
    this.copied.bytes += length
    const copy = Buffer.allocUnsafeSlow(copyRoom + length + copyRoom)
    buffer.copy(copy, copyRoom, offset, end)
    this.#release(slot)
    return new Loan(copy, info, true, () => {}, copyRoom, copyRoom + length)
  }
}
