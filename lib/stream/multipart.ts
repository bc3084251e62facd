/**
 * The wire format of the stream. Each rule has a client that needs it:
 * - the boundary is unquoted (Fluidd cuts it out with `boundary=([^;]+)`), does not begin with dashes
 *   (go2rtc), and is too long to turn up in JPEG data by chance (Fluidd and go2rtc search the raw bytes);
 * - each part has a `Content-Length` (go2rtc, Mainsail);
 * - the next boundary follows right after each JPEG: browsers and Fluidd show a picture only then.
 */
export const boundary = 'motioninocean-3f0c1a7e9d52486bb8e64f21c07a95d3'

/** Headers of the whole answer. `no-transform` keeps proxies from compressing. */
export const streamHeaders = {
  'Content-Type': `multipart/x-mixed-replace; boundary=${boundary}`,
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const

/** What stands before the first part. */
export const opening = Buffer.from(`--${boundary}\r\n`, 'latin1')
/** What follows each JPEG. */
export const between = Buffer.from(`\r\n--${boundary}\r\n`, 'latin1')
/** What follows the last JPEG of a stream that ends on purpose. */
export const closing = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')

/**
 * The headers of one part: the length in bytes follows `head`, then the rest as its names say. In pieces,
 * because native/sender puts them together too.
 */
export const partPieces = {
  head: 'Content-Type: image/jpeg\r\nContent-Length: ',
  beforeTimestamp: '\r\nX-Timestamp: ',
  beforeState: '\r\nX-Camera-State: ',
  headEnd: '\r\n\r\n',
} as const

/**
 * The headers of one part, in Latin-1.
 * @param length of the JPEG in bytes.
 * @param timestamp of the exposure, milliseconds since 1970.
 * @param state why this is not a picture of the camera; sent as `X-Camera-State`.
 */
export function partHead(length: number, timestamp: number, state?: string): string {
  const { head, beforeTimestamp, beforeState, headEnd } = partPieces
  const extra = state === undefined ? '' : beforeState + state
  return `${head}${length}${beforeTimestamp}${formatTimestamp(timestamp)}${extra}${headEnd}`
}

/** `seconds.microseconds`, as mjpg-streamer and ustreamer write it. */
export function formatTimestamp(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000)
  const fraction = String(microseconds % 1_000_000).padStart(6, '0')
  return `${Math.floor(microseconds / 1_000_000)}.${fraction}`
}
