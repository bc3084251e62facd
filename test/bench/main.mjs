// `npm run bench`: ratios and medians in one table. What is compared runs in turn or side by side in the same
// minute, because a machine's speed drifts; single figures mean nothing here.
//
//   npm run bench                     all of it, some minutes
//   npm run bench -- --quick          the same in seconds, only to see that it runs
//   npm run bench -- hardware         those whose file name has that in it
//   npm run bench -- --rounds 3       fewer rounds than five
//   npm run bench -- --json FILE      also as JSON; docs/performance.md is made of one: test/bench/report.mjs
//
// Each file in measurements/ is one measurement: it exports a function that is given a Plan and returns rows, or rows
// and data.
import { readdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { ustreamerVersion } from './ustreamer.mjs'

/**
 * @typedef {object} Plan
 * @property {boolean} quick
 * @property {number} rounds How often what is compared is measured.
 * @property {{ warmUp: number, compile: number, round: number, settle: number, fanOut: number, laggards: number, steady: number }} seconds
 *   V8 compiles in the warm-up what runs for each picture of each viewer, and in `compile` also what runs once a frame.
 * @property {{ width: number, height: number, fps: number, quality: number }} size Of the synthetic camera's pictures.
 */
/** @typedef {[what: string, value: string | number, target?: string]} Row */

const { values, positionals: wanted } = parseArgs({
  options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, json: { type: 'string' } },
  allowPositionals: true,
})
const quick = values.quick ?? false
/** @type {Plan} */
const plan = {
  quick,
  rounds: Number(values.rounds ?? (quick ? 1 : 5)),
  seconds: quick
    ? { warmUp: 1, compile: 1, round: 2, settle: 0.2, fanOut: 0.6, laggards: 3, steady: 3 }
    : { warmUp: 8, compile: 120, round: 10, settle: 1, fanOut: 3, laggards: 8, steady: 60 },
  size: { width: 1280, height: 720, fps: 30, quality: 80 },
}

const folder = new URL('measurements/', import.meta.url)
const files = readdirSync(folder)
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .toSorted()
/** @type {(Row | undefined)[]} */
const table = []
const measurements = {}
for (const file of files) {
  const { default: measure } = await import(new URL(file, folder).href)
  const name = file.replace('.mjs', '')
  console.error(`▸ ${name.replaceAll('_', ' ')}`)
  const result = await measure(plan)
  measurements[name] = { rounds: plan.rounds, ...(Array.isArray(result) ? { rows: result } : result) }
  table.push(undefined, ...measurements[name].rows)
}

const width = Math.max(...table.map((row) => row?.[0].length ?? 0))
const { size } = plan
console.log(`\n${size.width}x${size.height}, ${size.fps} fps, quality ${size.quality}; Node ${process.version}`)
for (const row of table) {
  if (!row) console.log()
  else console.log(`${row[0].padEnd(width)}  ${String(row[1]).padEnd(36)}  ${row[2] ?? ''}`.trimEnd())
}

if (values.json) {
  const machine = {
    processors: cpus().length,
    model: cpus()[0].model,
    kernel: release().split('-')[0],
    architecture: process.arch,
  }
  const peer = { ustreamer: ustreamerVersion() }
  writeFileSync(values.json, JSON.stringify({ machine, node: process.version, peer, size, measurements }, null, 2))
}
