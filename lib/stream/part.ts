import type { Frame } from '../camera/frame.ts'
import { between, closing, partHead } from './multipart.ts'

/**
 * One part of the stream, made once and shared by all viewers: three Buffers that go out in one write.
 * Whoever writes it holds it until the write callback has fired, because until then the kernel may still
 * read the JPEG's memory. With the last holder gone the frame is released.
 *
 * The count is a plain number, and not one `frame.retain()` per viewer, because each Frame costs an object.
 */
export interface Part {
  /** Rises with each part of a hub. */
  readonly serial: number
  /** When it was exposed, in milliseconds; undefined for a placeholder, which no pacing holds back. */
  readonly time: number | undefined
  readonly head: Buffer
  readonly jpeg: Buffer
  readonly tail: Buffer
  hold(): void
  drop(): void
}

/** A part over a borrowed frame, which it retains. */
export class FramePart implements Part {
  readonly serial: number
  readonly time: number
  readonly head: Buffer
  readonly jpeg: Buffer
  readonly tail = between
  readonly #frame: Frame
  #holders = 0

  constructor(serial: number, frame: Frame) {
    this.#frame = frame.share()
    this.serial = serial
    this.time = Number(frame.monotonic) / 1e6
    this.jpeg = frame.data
    this.head = partHead(this.jpeg.length, frame.timestamp)
  }

  hold(): void {
    this.#holders++
  }

  drop(): void {
    if (--this.#holders === 0) this.#frame.release()
  }
}

/** A part over a placeholder, in ordinary memory. */
export class PlaceholderPart implements Part {
  readonly serial: number
  readonly time = undefined
  readonly head: Buffer
  readonly jpeg: Buffer
  readonly tail: Buffer

  /** @param last ends the stream after this part. */
  constructor(serial: number, jpeg: Buffer, state: string, last = false) {
    this.serial = serial
    this.jpeg = jpeg
    this.head = partHead(jpeg.length, Date.now(), state)
    this.tail = last ? closing : between
  }

  hold(): void {}
  drop(): void {}
}
