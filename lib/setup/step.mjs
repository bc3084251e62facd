/** A line every so often when nobody looks at a terminal, so that a log shows what takes long. */
const HEARTBEAT_MS = 60_000

/**
 * Runs one step of the set-up and shows its progress on stderr: what, why, how long.
 * @template T
 * @param {string} what
 * @param {string} why Why it is not simply skipped.
 * @param {(onLine: (line: string) => void) => Promise<T>} work Told each line, the terminal shows the newest.
 * @returns {Promise<T>}
 */
export async function step(what, why, work) {
  const began = performance.now()
  const terminal = process.stderr.isTTY
  const elapsed = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  let newest = ''
  const tick = () => {
    if (terminal) process.stderr.write(fit(`\r\x1b[K  ${what}  ${elapsed()}  ${newest}`))
    else process.stderr.write(`  ${what}  ${elapsed()}  ${newest}\n`)
  }
  process.stderr.write(`▸ ${what}: ${why}\n`)
  const timer = setInterval(tick, terminal ? 250 : HEARTBEAT_MS)
  try {
    const result = await work((line) => (newest = line))
    process.stderr.write(`${terminal ? '\r\x1b[K' : ''}✓ ${what}: ${elapsed()}\n`)
    return result
  } catch (error) {
    process.stderr.write(`${terminal ? '\r\x1b[K' : ''}✗ ${what}: ${elapsed()}\n`)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** @param {string} line */
function fit(line) {
  return line.slice(0, (process.stderr.columns || 80) + 3)
}
