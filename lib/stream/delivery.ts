import type { Connection } from './connection.ts'
import type { Histogram } from './latency.ts'

/** Why a viewer is gone. */
export type Departure =
  /** The stream was over: all frames asked for were sent, or the hub closed. */
  | 'ended'
  /** The client closed or reset the connection. */
  | 'disconnected'
  /** A part was not taken in time. */
  | 'timeout'

/** How bytes get to a socket: from a thread of the addon's own, or through Node. */
export type DeliveryName = 'native' | 'javascript'

/** What a viewer asked for. */
export interface JoinOptions {
  /** Frames per second at most for this viewer alone. */
  fps?: number | undefined
  /** Parts until its stream ends. */
  frames?: number | undefined
  /** The client's address, for people. */
  address?: string | undefined
}

/** One viewer, whoever delivers to it. */
export interface Viewer {
  /** Rises with each viewer of a hub. */
  readonly id: number
  /** Cuts the connection. */
  leave(): unknown
}

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
  readonly delivery: DeliveryName
}

/** Sums over all viewers that ever were: they only rise. */
export interface Sums {
  sent: number
  skipped: number
  bytes: number
}

export interface StreamStatistics extends Readonly<Sums> {
  readonly joined: number
  readonly left: Readonly<Record<Departure, number>>
}

export function addUp(to: Sums, { sent, skipped, bytes }: Readonly<Sums>): void {
  to.sent += sent
  to.skipped += skipped
  to.bytes += bytes
}

/** The frames of a source that came to a delivery. */
export interface FrameCount {
  readonly count: number
  /** When the last one came, by `monotonicNow`; 0 before the first. */
  readonly last: number
}

/** What a delivery needs to know of a viewer. */
export interface Admission extends JoinOptions {
  readonly id: number
  /** Called once, when the viewer has left. */
  readonly onLeave: (viewer: Viewer, why: Departure) => void
}

/**
 * Gives the frames of one source to viewers: to each the newest whole one when it is free. It takes frames from
 * the source only while it has viewers, and nothing that one of them does reaches the source or another one.
 */
export interface Delivery {
  readonly name: DeliveryName
  /** Viewers now. */
  readonly size: number
  readonly frames: FrameCount
  /**
   * Streams to `connection` until the viewer leaves. Its first picture is the newest there is, at once.
   * @returns undefined when this delivery cannot serve such a connection.
   */
  join(connection: Connection, admission: Admission): Viewer | undefined
  /** Shows a placeholder to all. */
  show(jpeg: Buffer, state: string): void
  /** Ends all streams cleanly, after the part in flight and, if given, a last picture. */
  end(last?: Buffer): void
  clients(): ViewerReport[]
  sums(): Sums
  latency(): Histogram
}
