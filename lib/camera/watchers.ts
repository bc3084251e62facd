import type { Camera } from './camera.ts'

/** Makes somebody get a camera's frames; returns what ends that. */
export type Join = (camera: Camera) => () => void

/** Those who want the frames of a lasting camera, whatever cameras it opens one after the other. */
export class Watchers {
  /** Each with what ends it, while it has joined a camera. */
  readonly #all = new Map<Join, (() => void) | undefined>()

  get size(): number {
    return this.#all.size
  }

  /** Returns what removes it again. */
  add(join: Join): () => void {
    // A function of its own, so that the same can be added twice.
    const entry: Join = (camera) => join(camera)
    this.#all.set(entry, undefined)
    return () => {
      this.#all.get(entry)?.()
      this.#all.delete(entry)
    }
  }

  /** Those who have joined stay so. */
  join(camera: Camera): void {
    for (const [entry, end] of this.#all) if (!end) this.#all.set(entry, entry(camera))
  }

  /** The camera has gone; everybody waits for the next one. */
  leave(): void {
    for (const [entry, end] of this.#all) {
      end?.()
      this.#all.set(entry, undefined)
    }
  }
}
