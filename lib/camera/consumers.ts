import type { NativeCamera, NativeSender } from './binding.ts'
import type { Frame } from './frame.ts'
import { FrameIterator } from './frame_iterator.ts'
import { reservedSlots } from './slots.ts'

/** Who gets an open camera's frames. The camera encodes as long as there is anybody. */
export class Consumers {
  readonly #native: Pick<NativeCamera, 'watch' | 'feed' | 'unfeed'>
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #iterators = new Set<FrameIterator>()
  /** Senders that are fed. */
  #senders = 0
  #newest: Frame | undefined
  /** Frames that were handed out here; those that senders get too are counted there. */
  delivered = 0

  constructor(native: Pick<NativeCamera, 'watch' | 'feed' | 'unfeed'>) {
    this.#native = native
  }

  /** The last frame, as long as anybody watches. */
  get newest(): Frame | undefined {
    return this.#newest
  }

  get areFed(): boolean {
    return this.#senders > 0
  }

  subscribe(listener: (frame: Frame) => void): () => void {
    // A function of its own, so that the same listener can be subscribed twice.
    const entry = (frame: Frame) => listener(frame)
    this.#listeners.add(entry)
    if (this.#listeners.size === 1) this.#native.watch(true)
    return () => {
      if (!this.#listeners.delete(entry) || this.#listeners.size > 0) return
      this.#native.watch(false)
      if (this.#senders === 0) this.#forget()
    }
  }

  feed(sender: NativeSender): () => void {
    this.#senders++
    this.#native.feed(sender, reservedSlots)
    let fed = true
    return () => {
      if (!fed) return
      fed = false
      this.#native.unfeed(sender)
      if (--this.#senders === 0 && this.#listeners.size === 0) this.#forget()
    }
  }

  iterate(): FrameIterator {
    const iterator: FrameIterator = new FrameIterator(this, () => this.#iterators.delete(iterator))
    this.#iterators.add(iterator)
    return iterator
  }

  /** Hands a frame out, and takes it over. */
  deliver(frame: Frame): void {
    if (this.#senders === 0) this.delivered++
    this.#forget()
    for (const listener of this.#listeners) {
      try {
        listener(frame)
      } catch (error) {
        // One consumer's mistake is not the others'; it still reaches 'uncaughtException'.
        process.nextTick(() => {
          throw error
        })
      }
    }
    // Kept for whoever asks just after; not when the last one has left.
    if (this.#listeners.size > 0 || this.#senders > 0) this.#newest = frame
    else frame.release()
  }

  /** No frames come any more: iterations end, with the fault if there is one. */
  end(fault: Error | undefined): void {
    this.#forget()
    for (const iterator of this.#iterators) iterator.end(fault)
  }

  /** Once the camera is closed. */
  clear(): void {
    this.#listeners.clear()
  }

  #forget(): void {
    this.#newest?.release()
    this.#newest = undefined
  }
}
