import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { FrameIterator } from './frame_iterator.ts'

/** A stream keeps what it has not been able to hand on, so its chunks are copies: a loan could wait there for ever. */
export function readableOf(frames: FrameIterator): Readable {
  const jpegs: AsyncIterableIterator<Buffer> = {
    async next() {
      const { value: frame, done } = await frames.next()
      if (done) return { value: undefined, done: true }
      const value = frame.copy()
      frame.release()
      return { value, done: false }
    },
    async return() {
      frames.end()
      return { value: undefined, done: true }
    },
    [Symbol.asyncIterator]: () => jpegs,
  }
  const readable = Readable.from(jpegs, { objectMode: true, highWaterMark: 1 })
  // Node asks an iterator to end only after the chunk that it waits for, and a camera may stall.
  return readable.once('close', () => frames.end())
}

/** As {@link readableOf}, for the web's kind of streams: the global ones, which Node loads when they are asked for. */
export function webReadableOf(frames: FrameIterator): ReadableStream<Uint8Array> {
  // Node's, as its types have it: those of the page are others.
  const { ReadableStream: WebStream } = globalThis as unknown as { ReadableStream: typeof ReadableStream }
  return new WebStream<Uint8Array>(
    {
      async pull(controller) {
        const { value: frame, done } = await frames.next()
        if (done) return controller.close()
        controller.enqueue(new Uint8Array(frame.data))
        frame.release()
      },
      cancel: () => frames.end(),
    },
    // Nothing is fetched before it is asked for: what waits here would be an old picture.
    { highWaterMark: 0 },
  )
}
