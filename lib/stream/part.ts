import type { Frame } from '../camera/frame.ts'
import type { Loan } from '../camera/loan.ts'
import { between, closing, partHead } from './multipart.ts'

/**
 * One part of the stream, made once and shared by all viewers: one Buffer that goes out in one write.
 * Whoever writes it holds it until the write callback has fired, because until then the kernel may still
 * read the JPEG's memory. With the last holder gone the frame is released.
 */
export interface Part {
  /** Rises with each part of a hub. */
  readonly serial: number
  /** When it was exposed, in milliseconds; undefined for a placeholder, which no pacing holds back. */
  readonly time: number | undefined
  /** Head, JPEG and boundary. */
  readonly bytes: Buffer
  /** The boundary behind the JPEG. */
  readonly tail: Buffer
  hold(): void
  drop(): void
}

/** A part around a frame in its slot: nothing is copied. */
export class FramePart implements Part {
  readonly serial: number
  readonly time: number
  readonly bytes: Buffer
  readonly tail = between
  readonly #loan: Loan

  constructor(serial: number, frame: Frame) {
    const loan = frame.loan()
    this.#loan = loan
    this.serial = serial
    this.time = Number(loan.info.monotonic) / 1e6
    this.bytes = loan.enclosed(partHead(loan.length, loan.info.timestamp), between)
  }

  hold(): void {
    this.#loan.hold()
  }

  drop(): void {
    this.#loan.drop()
  }
}

/** A part over a placeholder, in ordinary memory. */
export class PlaceholderPart implements Part {
  readonly serial: number
  readonly time = undefined
  readonly bytes: Buffer
  readonly tail: Buffer

  /** @param last ends the stream after this part. */
  constructor(serial: number, jpeg: Buffer, state: string, last = false) {
    this.serial = serial
    this.tail = last ? closing : between
    this.bytes = Buffer.concat([Buffer.from(partHead(jpeg.length, Date.now(), state), 'latin1'), jpeg, this.tail])
  }

  hold(): void {}
  drop(): void {}
}

/** The bytes of a part after which its stream ends. */
export function closed({ bytes, tail }: Part): Buffer {
  return Buffer.concat([bytes.subarray(0, -tail.length), closing])
}
