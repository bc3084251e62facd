/** Why a viewer is gone. */
export type Departure =
  /** The stream was over: all frames asked for were sent, or the hub closed. */
  | 'ended'
  /** The client closed or reset the connection. */
  | 'disconnected'
  /** A part was not taken in time. */
  | 'timeout'

/** One viewer in numbers, for `/api/clients`. */
export interface ViewerReport {
  /** Rises with each viewer of a hub. */
  readonly id: number
  /** The client's address, as far as it is known. */
  readonly address: string | undefined
  /** When it came, milliseconds since 1970. */
  readonly since: number
  /** Parts taken whole. */
  readonly sent: number
  /** Frames that were due, but replaced by a newer one before this viewer could take them. */
  readonly skipped: number
  /** Bytes of the parts taken. */
  readonly bytes: number
  /** Parts taken per second, lately. */
  readonly fps: number
  /** Milliseconds since the exposure of the last frame it has taken; undefined before the first. */
  readonly age: number | undefined
}

/** Sums over all viewers that ever were: they only rise. */
export interface StreamStatistics {
  readonly joined: number
  readonly left: Readonly<Record<Departure, number>>
  readonly sent: number
  readonly skipped: number
  readonly bytes: number
}
