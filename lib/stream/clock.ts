/** From `performance.now()` to the clock of {@link Frame.monotonic}. `hrtime.bigint()` makes a BigInt at each call. */
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now()

/** CLOCK_MONOTONIC in milliseconds, as frames have their exposure times. */
export function monotonicNow(): number {
  return performance.now() + offset
}
