// What the service costs around the encoder: its CPU for a frame against the bare libjpeg-turbo call.
import { setTimeout as delay } from 'node:timers/promises'
import { program } from '../native.mjs'
import { cpuOf, listed, median, rssOf } from '../process.mjs'
import { startService } from '../service.mjs'
import { watchStream } from '../viewer.mjs'

/** @param {import('../main.mjs').Plan} plan */
export default async function softwareEncoding({ rounds, seconds, size }) {
  const { width, height, fps, quality } = size
  const floor = program('turbo_floor')
  const service = await startService(size)
  try {
    // Nobody watches: the camera runs, nothing is encoded.
    await delay(1000)
    const idleBefore = cpuOf(service.pid)
    await delay(seconds.round * 1000)
    const idle = (cpuOf(service.pid) - idleBefore) / (seconds.round * 10)
    const { framesEncoded } = await service.status()

    const { parts, stop } = watchStream(new URL('stream.mjpg', service.url))
    await delay(seconds.warmUp * 1000)
    const measured = []
    for (let round = 0; round < rounds; round++) {
      const before = { cpu: cpuOf(service.pid), parts: parts.length }
      await delay(seconds.round * 1000)
      const whole = (cpuOf(service.pid) - before.cpu) / (parts.length - before.parts)
      const bare = (await floor(width, height, fps, quality, fps * seconds.round)).cpuMsPerFrame
      measured.push({ whole, bare })
    }
    stop()
    return [
      ['idle, nobody watching: frames encoded', framesEncoded, '0'],
      ['idle, nobody watching: % of a core', idle.toFixed(2)],
      [
        'CPU a frame, whole service ÷ bare libjpeg-turbo call (1 viewer)',
        listed(measured.map(({ whole, bare }) => whole / bare)),
        '≤ 1.25',
      ],
      ['  whole service, ms', median(measured.map(({ whole }) => whole)).toFixed(2)],
      ['  bare call, ms', median(measured.map(({ bare }) => bare)).toFixed(2)],
      ['resident memory, MiB', rssOf(service.pid).toFixed(0)],
    ]
  } finally {
    await service.stop()
  }
}
