import { LentPicture, type Loan } from './loan.ts'

/**
 * One JPEG picture on loan. Each `Frame` is one holder: release it once, and the bytes stay valid until
 * then. `retain()` makes another holder of the same bytes; nothing is copied.
 *
 * ```ts
 * for await (const frame of camera.frames()) {
 *   using held = frame
 *   socket.write(held.copy())
 * }
 * ```
 */
export class Frame extends LentPicture {
  /**
   * Another holder of the same bytes, to be released on its own.
   * @throws {MioError} `ERR_FRAME_RELEASED` once this frame has been released.
   */
  retain(): Frame {
    return new Frame(this.held(), true)
  }

  /** @internal What it holds, for holders within this package: they count, without an object each. */
  loan(): Loan {
    return this.held()
  }
}
