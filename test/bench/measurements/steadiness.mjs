// Whether a viewer gets what the camera gives: rate and spread of the intervals.
import { setTimeout as delay } from 'node:timers/promises'
import { percentile } from '../process.mjs'
import { startService } from '../service.mjs'
import { watchStream } from '../viewer.mjs'

/** @param {import('../main.mjs').Plan} plan */
export default async function steadiness({ seconds, size }) {
  const service = await startService(size)
  try {
    const { parts, stop } = watchStream(new URL('stream.mjpg', service.url))
    await delay(seconds.warmUp * 1000)
    parts.length = 0
    await delay(seconds.steady * 1000)
    stop()
    const times = parts.map(({ done }) => done / 1000)
    const intervals = times.slice(1).map((time, i) => time - times[i])
    const fps = ((times.length - 1) * 1000) / (times.at(-1) - times[0])
    const spread = [0.5, 0.99].map((share) => percentile(intervals, share).toFixed(1))
    return [
      [`delivered fps over ${seconds.steady} s`, fps.toFixed(2), `${size.fps}.0 ± 0.1`],
      ['interval p50 / p99, ms', spread.join(' / '), '– / < 40'],
    ]
  } finally {
    await service.stop()
  }
}
