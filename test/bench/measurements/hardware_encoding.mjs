// What a hardware encoder leaves to the CPU: the whole service over a raw camera and an encoder, against the same
// service over a camera that gives those very JPEGs ready. Both cameras are stand-in webcams below the real libcamera;
// what they and the encoder do is done by threads and a process that are not counted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEncoder } from '../hardware.mjs'
import { rawPictures } from '../pictures.mjs'
import { cpuOf, listed, median, percentile } from '../process.mjs'
import { startService } from '../service.mjs'
import { startWebcamService } from '../servers.mjs'
import { watchStream } from '../viewer.mjs'

/** More than a cache holds, as with a camera. */
const ready = 24

/**
 * How much slower the other camera is. At one rate chance would choose once how far apart their frames are, and with
 * that which service finds a free processor and warm caches.
 */
const DRIFT = 0.97

/** @param {import('../main.mjs').Plan} plan */
export default async function hardwareEncoding({ rounds, seconds, size }) {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  const encoder = await startEncoder()
  const services = []
  try {
    const hardware = await startWebcamService(rawPictures(size), (env) => startService(size, encoder.with(env), '0'))
    services.push(hardware)
    expectEncoder(await hardware.status(), 'v4l2-m2m')
    for (let i = 0; i < ready; i++) {
      const answer = await fetch(new URL('snapshot.jpg?max_age=0', hardware.url))
      writeFileSync(join(folder, `${i}.jpg`), Buffer.from(await answer.arrayBuffer()))
    }
    const floor = await startWebcamService(folder, (env) => {
      writeFileSync(join(env.UVCSHIM_DIR, 'cam0.fps'), `${size.fps * DRIFT}`)
      return startService(size, env, '0')
    })
    services.push(floor)
    expectEncoder(await floor.status(), 'passthrough')

    const both = services.map(({ pid, url }) => ({ pid, ...watchStream(new URL('stream.mjpg', url)) }))
    await delay(seconds.warmUp * 1000)
    encoder.done.clear()
    const [{ parts }] = both
    const from = parts.length
    const measured = []
    for (let round = 0; round < rounds; round++) {
      // Side by side: whatever else the machine does, it does to both.
      const begun = both.map(({ pid, parts: { length } }) => ({ cpu: cpuOf(pid), length }))
      await delay(seconds.round * 1000)
      measured.push(
        both.map(({ pid, parts: { length } }, i) => (cpuOf(pid) - begun[i].cpu) / (length - begun[i].length)),
      )
    }
    for (const { stop } of both) stop()
    const { encoderBytesCopied, framesCopied, encoderOutput } = await hardware.status()
    const latency = latencies(parts.slice(from), encoder.done)
    return [
      [
        'CPU a frame, hardware encoder ÷ ready JPEGs (1 viewer)',
        listed(measured.map(([encoded, passed]) => encoded / passed)),
        '≤ 1.3',
      ],
      ['  with the hardware encoder, ms', median(measured.map(([encoded]) => encoded)).toFixed(3)],
      ['  with ready JPEGs, ms', median(measured.map(([, passed]) => passed)).toFixed(3)],
      ['bytes copied between device, slots and JavaScript', encoderBytesCopied + framesCopied, '0'],
      ['  how', encoderOutput],
      [
        'encoder done → first byte at the viewer p50 / p99, ms',
        [0.5, 0.99].map((share) => percentile(latency, share).toFixed(2)).join(' / '),
        '< 1 / < 5',
      ],
    ]
  } finally {
    for (const service of services) await service.stop()
    await encoder.stop()
    rmSync(folder, { recursive: true })
  }
}

function expectEncoder({ encoder, encoderReason }, name) {
  if (encoder !== name) throw new Error(`the service encodes with ${encoder}: ${encoderReason}`)
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
