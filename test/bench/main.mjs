// `npm run bench`: ratios and medians in one table. What is compared runs in turn in the same minute, because
// a machine's speed drifts; single figures mean nothing here.
//
//   npm run bench                 all of it, some minutes
//   npm run bench -- --quick      the same in seconds, only to see that it runs
import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuOf, median, percentile, rssOf } from './process.mjs'
import { startService } from './service.mjs'
import { watchStream } from './viewer.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : 5
const seconds = { warmUp: quick ? 1 : 8, round: quick ? 2 : 10, steady: quick ? 3 : 60 }
const size = { width: 1280, height: 720, fps: 30, quality: 80 }

function buildFloor() {
  const tree = `${root}/build/cmake/bench`
  const options = ['-DMIO_ADDON=OFF', '-DMIO_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release']
  execFileSync('cmake', ['-S', root, '-B', tree, ...options], { stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync('cmake', ['--build', tree, '--target', 'turbo_floor'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return `${tree}/test/bench/turbo_floor`
}

/** CPU milliseconds a frame of the bare libjpeg-turbo call. */
async function floorRound(floor) {
  const { width, height, fps, quality } = size
  const args = [width, height, fps, quality, fps * seconds.round].map(String)
  // Not execFileSync: the viewer in this process goes on reading.
  return JSON.parse((await promisify(execFile)(floor, args)).stdout).cpuMsPerFrame
}

/** CPU milliseconds a frame of the whole service with one viewer. */
async function serviceRound(service, parts) {
  const before = { cpu: cpuOf(service.pid), parts: parts.length }
  await delay(seconds.round * 1000)
  return (cpuOf(service.pid) - before.cpu) / (parts.length - before.parts)
}

const status = async (service) => (await fetch(new URL('api/status', service.url))).json()

const floor = buildFloor()
const service = await startService(
  '--camera=synthetic',
  `--resolution=${size.width}x${size.height}`,
  `--fps=${size.fps}`,
  `--jpeg-quality=${size.quality}`,
)
const rows = []
try {
  // Nobody watches: the camera runs, nothing is encoded.
  await delay(1000)
  const idleBefore = { cpu: cpuOf(service.pid), status: await status(service) }
  await delay(seconds.round * 1000)
  const idle = (cpuOf(service.pid) - idleBefore.cpu) / (seconds.round * 10)
  const { framesEncoded } = await status(service)
  rows.push(['idle, nobody watching: frames encoded', framesEncoded, '0'])
  rows.push(['idle, nobody watching: % of a core', idle.toFixed(2), ''])

  const parts = []
  const viewer = watchStream(new URL('stream.mjpg', service.url), (now) => parts.push(now))
  await delay(seconds.warmUp * 1000)
  const ratios = []
  for (let round = 0; round < rounds; round++) {
    const whole = await serviceRound(service, parts)
    const bare = await floorRound(floor)
    ratios.push({ whole, bare, ratio: whole / bare })
  }
  rows.push([
    'CPU a frame, whole service ÷ bare libjpeg-turbo call (1 viewer)',
    `${median(ratios.map(({ ratio }) => ratio)).toFixed(2)} (${ratios.map(({ ratio }) => ratio.toFixed(2)).join(' ')})`,
    '≤ 1.25',
  ])
  rows.push(['  whole service, ms', median(ratios.map(({ whole }) => whole)).toFixed(2), ''])
  rows.push(['  bare call, ms', median(ratios.map(({ bare }) => bare)).toFixed(2), ''])

  parts.length = 0
  await delay(seconds.steady * 1000)
  const times = [...parts]
  viewer.stop()
  const intervals = times.slice(1).map((time, i) => time - times[i])
  const fps = ((times.length - 1) * 1000) / (times.at(-1) - times[0])
  rows.push([`delivered fps over ${seconds.steady} s`, fps.toFixed(2), '30.0 ± 0.1'])
  rows.push([
    'interval p50 / p99, ms',
    [0.5, 0.99].map((p) => percentile(intervals, p).toFixed(1)).join(' / '),
    '– / < 40',
  ])
  rows.push(['resident memory, MiB', rssOf(service.pid).toFixed(0), ''])
} finally {
  await service.stop()
}

const width = Math.max(...rows.map(([name]) => name.length))
console.log(
  `\nsynthetic camera ${size.width}x${size.height}, ${size.fps} fps, quality ${size.quality}; Node ${process.version}\n`,
)
for (const [name, value, target] of rows) console.log(`${name.padEnd(width)}  ${String(value).padEnd(28)}  ${target}`)
