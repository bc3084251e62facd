import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** Milliseconds to wait at most. */
  timeout?: number
  /** What is waited for, for the error. */
  what?: string
}

/**
 * Waits until `condition` gives something truthy, and gives that. For what no event tells.
 * @throws when it takes too long, naming what was waited for and what there was instead.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeout = 5000, what = String(condition) }: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeout
  for (;;) {
    const value = await condition()
    if (value) return value as Exclude<T, false | null | undefined>
    if (performance.now() > deadline) throw new Error(`Not within ${timeout} ms: ${what}. At last: ${String(value)}`)
    await delay(10)
  }
}
