// One viewer of a stream: it reads parts as fast as they come and notes when each one was whole.
import { get } from 'node:http'

/**
 * Opens `url` and calls `onPart(now, bytes)` after the last byte of each JPEG (milliseconds, monotonic).
 * Cheap on purpose: bodies are counted, not copied.
 */
export function watchStream(url, onPart) {
  const request = get(url, (response) => {
    let head = Buffer.alloc(0)
    let missing = 0
    let length = 0
    response.on('data', (chunk) => {
      while (chunk.length > 0) {
        if (missing > 0) {
          const taken = Math.min(missing, chunk.length)
          missing -= taken
          chunk = chunk.subarray(taken)
          if (missing === 0) onPart(performance.now(), length)
          continue
        }
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        length = Number(/Content-Length: (\d+)/i.exec(head.toString('latin1', 0, end))?.[1] ?? 0)
        missing = length
        chunk = head.subarray(end + 4)
        head = Buffer.alloc(0)
      }
    })
  })
  request.on('error', () => {})
  return { stop: () => request.destroy() }
}
