/**
 * A line for each test as it ends, and the counts that the host reads.
 * @param {AsyncIterable<{ type: string, data: any }>} events
 */
export default async function* report(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const seconds = `${(data.details.duration_ms / 1000).toFixed(1)} s`
    if (data.skip !== undefined) {
      counts.skipped++
      yield `- ${data.name}: ${data.skip}\n`
    } else if (type === 'test:pass') {
      counts.passed++
      yield `✓ ${data.name} (${seconds})\n`
    } else {
      counts.failed++
      const { cause } = data.details.error
      yield `✗ ${data.name} (${seconds})\n${cause?.stack ?? cause ?? data.details.error.stack}\n`
    }
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`
}
