/**
 * CLOCK_MONOTONIC in milliseconds, as frames have their exposure times. `hrtime.bigint()` would make a BigInt at each
 * call, and `performance` takes Node milliseconds to load at the start.
 */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
