// What a hardware encoder leaves to the CPU: the whole service with one, against the same service over ready JPEGs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startEncoder } from '../hardware.mjs'
import { cpuOf, listed, median, percentile } from '../process.mjs'
import { start, startService } from '../service.mjs'
import { watchStream } from '../viewer.mjs'

const memoryService = fileURLToPath(new URL('../memory_service.mjs', import.meta.url))
/** More than a cache holds, as with a camera. */
const ready = 60

/** @param {import('../main.mjs').Plan} plan */
export default async function hardwareEncoding({ rounds, seconds, size }) {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  const encoder = await startEncoder()
  const service = await startService(size, encoder.env)
  let memory
  try {
    const { encoder: name, encoderOutput } = await service.status()
    if (name !== 'v4l2-m2m') throw new Error(`the service encodes with ${name}`)
    for (let i = 0; i < ready; i++) {
      const answer = await fetch(new URL('snapshot.jpg?max_age=0', service.url))
      writeFileSync(join(folder, `${i}.jpg`), Buffer.from(await answer.arrayBuffer()))
    }
    memory = await start([memoryService, folder, ...[size.width, size.height, size.fps].map(String)])

    // The test camera paints its pictures with the CPU, a real one does not: what that costs is known when nobody
    // watches.
    await delay(1000)
    const before = cpuOf(service.pid)
    await delay(seconds.round * 1000)
    const painting = (cpuOf(service.pid) - before) / (seconds.round * size.fps)

    const both = [service, memory].map(({ pid, url }) => ({ pid, ...watchStream(new URL('stream.mjpg', url)) }))
    await delay(seconds.warmUp * 1000)
    encoder.done.clear()
    const [{ parts }] = both
    const from = parts.length
    const measured = []
    for (let round = 0; round < rounds; round++) {
      // Side by side: whatever else the machine does, it does to both.
      const begun = both.map(({ pid, parts: { length } }) => ({ cpu: cpuOf(pid), length }))
      await delay(seconds.round * 1000)
      const [hardware, floor] = both.map(
        ({ pid, parts: { length } }, i) => (cpuOf(pid) - begun[i].cpu) / (length - begun[i].length),
      )
      measured.push({ hardware, floor })
    }
    for (const { stop } of both) stop()
    const { encoderBytesCopied, framesCopied } = await service.status()
    const latency = latencies(parts.slice(from), encoder.done)
    return [
      [
        'CPU a frame, hardware encoder ÷ ready JPEGs (1 viewer)',
        listed(measured.map(({ hardware, floor }) => (hardware - painting) / floor)),
        '≤ 1.3',
      ],
      [
        '  with the hardware encoder, without painting, ms',
        median(measured.map(({ hardware }) => hardware - painting)).toFixed(3),
      ],
      ['  with ready JPEGs, ms', median(measured.map(({ floor }) => floor)).toFixed(3)],
      ['  painting of the test camera (a real one has none), ms', painting.toFixed(3)],
      ['bytes copied between device, slots and JavaScript', encoderBytesCopied + framesCopied, '0'],
      ['  how', encoderOutput],
      [
        'encoder done → first byte at the viewer p50 / p99, ms',
        [0.5, 0.99].map((share) => percentile(latency, share).toFixed(2)).join(' / '),
        '< 1 / < 5',
      ],
    ]
  } finally {
    await service.stop()
    await memory?.stop()
    await encoder.stop()
    rmSync(folder, { recursive: true })
  }
}

/** Milliseconds from the end of encoding to a part's first byte at the viewer: a little more than until it is written. */
function latencies(parts, done) {
  const exposures = [...done.keys()].toSorted((a, b) => a - b)
  const offset = Date.now() * 1000 - Number(process.hrtime.bigint() / 1000n)
  return parts.flatMap(({ exposed, begun }) => {
    const monotonic = exposed - offset
    // The clocks are known to each other to a millisecond or two; frames are further apart.
    const exposure = exposures.find((one) => Math.abs(one - monotonic) < 10_000)
    return exposure === undefined ? [] : [(begun - done.get(exposure)) / 1000]
  })
}
