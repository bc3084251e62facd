// One viewer of a stream: it reads parts as fast as they come and notes when.
import { get } from 'node:http'

const microseconds = () => Number(process.hrtime.bigint() / 1000n)

/**
 * Opens `url` and notes each part. Cheap on purpose: bodies are counted, not copied.
 *
 * Times are CLOCK_MONOTONIC in microseconds; `exposed` is the part's X-Timestamp, wall clock in microseconds.
 */
export function watchStream(url) {
  /** @type {{ exposed: number, begun: number, done: number, bytes: number }[]} */
  const parts = []
  const request = get(url, (response) => {
    let head = Buffer.alloc(0)
    let missing = 0
    let part
    response.on('data', (chunk) => {
      while (chunk.length > 0) {
        if (missing > 0) {
          const taken = Math.min(missing, chunk.length)
          missing -= taken
          chunk = chunk.subarray(taken)
          if (missing === 0) parts.push({ ...part, done: microseconds() })
          continue
        }
        const begun = microseconds()
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        const text = head.toString('latin1', 0, end)
        missing = Number(/Content-Length: (\d+)/i.exec(text)?.[1] ?? 0)
        part = { exposed: Number(/X-Timestamp: ([\d.]+)/i.exec(text)?.[1] ?? 0) * 1e6, begun, bytes: missing }
        chunk = head.subarray(end + 4)
        head = Buffer.alloc(0)
      }
    })
  })
  request.on('error', () => {})
  return { parts, stop: () => request.destroy() }
}
