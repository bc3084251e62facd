import type { Connection } from '../../lib/stream/connection.ts'

/** The JPEG of a part. */
function jpegOf(part: Buffer): Buffer {
  const begin = part.indexOf('\r\n\r\n') + 4
  const length = Number(/Content-Length: (\d+)/.exec(part.toString('latin1', 0, begin))![1])
  return part.subarray(begin, begin + length)
}

/** A connection in the test's hands: it takes a write when the test says so. */
export class TestSink implements Connection {
  /** The first is the opening boundary, each one after it a part. */
  readonly writes: Buffer[] = []
  ended = false
  destroyed = false
  /** Takes everything at once, as the kernel does for a viewer that keeps up. */
  readonly eager: boolean
  /** Bytes that the kernel was told to keep at most. */
  backlog = 0
  #onClose = (): void => {}
  #waiting: ((error?: Error) => void)[] = []

  constructor({ eager = false } = {}) {
    this.eager = eager
  }

  /** The JPEGs written. */
  get jpegs(): Uint8Array[] {
    return this.writes.slice(1).map((part) => jpegOf(part))
  }

  write(chunk: Buffer, done?: (error?: Error | null) => void): void {
    this.writes.push(chunk)
    if (!done) return
    if (this.destroyed) queueMicrotask(() => done(new Error('destroyed')))
    else if (this.eager) queueMicrotask(done)
    else this.#waiting.push(done)
  }

  /** Whether a write waits to be taken. */
  get busy(): boolean {
    return this.#waiting.length > 0
  }

  /** Takes what has been written. */
  take(): void {
    for (const done of this.#waiting.splice(0)) done()
  }

  end(): void {
    this.ended = true
  }

  onClose(listener: () => void): void {
    this.#onClose = listener
  }

  limitBacklog(bytes: number): void {
    this.backlog = bytes
  }

  descriptor(): undefined {
    return undefined
  }

  handOver(): void {}

  /** The other side closes it. */
  close(): void {
    this.#onClose()
  }

  /** As a socket does: the callbacks fire later, with an error. */
  destroy(): void {
    this.destroyed = true
    queueMicrotask(() => {
      for (const done of this.#waiting.splice(0)) done(new Error('destroyed'))
    })
  }
}
