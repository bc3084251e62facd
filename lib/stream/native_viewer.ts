import type { NativeSender } from '../camera/binding.ts'
import type { Connection } from './connection.ts'
import type { Admission, Departure, Viewer } from './delivery.ts'
import { opening } from './multipart.ts'

/**
 * One viewer of a sender. Its connection stays Node's, which reads from it and closes it; the opening is the last that
 * Node writes.
 */
export class NativeViewer implements Viewer {
  readonly id: number
  readonly address: string | undefined
  /** When it came, milliseconds since 1970. */
  readonly since = Date.now()
  readonly #connection: Connection
  readonly #sender: NativeSender
  readonly #onLeave: (viewer: NativeViewer, why: Departure) => void
  readonly #late: NodeJS.Timeout
  #begun = false
  #left = false

  /**
   * @param sender has a duplicate of the connection's descriptor, by the viewer's id
   * @param sendTimeout milliseconds in which the opening must be taken
   * @param onLeave called once
   */
  constructor(
    connection: Connection,
    { id, address, fps = 0, frames = 0 }: Admission,
    sender: NativeSender,
    sendTimeout: number,
    onLeave: (viewer: NativeViewer, why: Departure) => void,
  ) {
    this.id = id
    this.address = address
    this.#connection = connection
    this.#sender = sender
    this.#onLeave = onLeave
    this.#late = setTimeout(() => this.leave('timeout'), sendTimeout).unref()
    connection.onClose(() => this.leave())
    // The kernel must have all that Node wrote before anybody else writes behind it.
    connection.write(opening, (error) => {
      if (error) return this.leave()
      clearTimeout(this.#late)
      if (this.#left) return
      this.#begun = true
      connection.handOver()
      sender.begin(id, fps, frames)
    })
  }

  /** The thread writes; before, Node does. */
  get begun(): boolean {
    return this.#begun
  }

  leave(why: Departure = 'disconnected'): void {
    if (this.#left) return
    this.#sender.remove(this.id)
    this.departed(why)
  }

  /** Ends it on Node's side, once the thread has done with it. */
  departed(why: Departure): void {
    if (this.#left) return
    this.#left = true
    clearTimeout(this.#late)
    if (why === 'ended') this.#connection.end()
    else this.#connection.destroy()
    this.#onLeave(this, why)
  }
}
