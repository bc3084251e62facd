// docs/performance.md and its plot, made of what `npm run bench -- --json docs/performance.json` wrote:
// UPDATE_DOCS=1 npm test -- test/docs

/**
 * @typedef {object} Report
 * @property {{ processors: number, model: string, kernel: string, architecture: string }} machine
 * @property {string} node
 * @property {{ ustreamer?: string }} [peer] Versions.
 * @property {{ width: number, height: number, fps: number }} size
 * @property {Record<string, { rounds: number, rows: (string | number)[][], data?: Figures, warmUp?: number }>} measurements
 */
/** @typedef {Record<string, Record<string, Record<string, number | null>>>} Figures By figure, server and viewers. */

const titles = {
  native: 'MotionInOcean',
  javascript: 'MotionInOcean, JavaScript delivery',
  libcamera: 'MotionInOcean behind libcamera and a webcam',
  floor: 'floor: bare C sender',
  ustreamer: 'ustreamer (Debian)',
}
const names = /** @type {(keyof typeof titles)[]} */ (Object.keys(titles))

/** @param {Report} report */
export function performancePage({ machine, node, peer, size, measurements }) {
  const { fan_out: fanOut, ...others } = measurements
  const sections = Object.entries(others).map(([name, { rounds, rows }]) =>
    [
      `## ${capital(name.replaceAll('_', ' '))}`,
      ...(notes[name] ? [notes[name]] : []),
      `Rounds: ${rounds}.`,
      table(rowHead, rows.map(judged)),
    ].join('\n\n'),
  )
  const page = `# Performance

<!-- Made from docs/performance.json by UPDATE_DOCS=1 npm test -- test/docs -->

What \`npm run bench\` measured on one machine: ${machine.processors} processors (${machine.model}, ${machine.architecture}), Linux
${machine.kernel}, Node ${node}. **It is no Raspberry Pi**: no figure here was seen on one. Viewers and servers share
this machine and meet on its loopback interface, so there is no network card, no Wi-Fi and no TLS in it. Other programs
ran meanwhile, or may have. Trust ratios more than absolute times, and medians more than p95 and p99; measure your own.

All servers pass on the same ready JPEGs of ${size.width}x${size.height} at ${size.fps} fps, untouched. The floor (\`floor\`) is a bare C loop that does
nothing but send: what no server can beat by much. It has its JPEGs in memory, and so has MotionInOcean where it is compared
with it, \`native\` and \`javascript\` by who writes to the viewers: a backend in libcamera's place gives it a picture at each tick
of its clock, and all behind that is the whole service with its HTTP, limits and counters. \`libcamera\` is the same service as it
runs at home, with libcamera and a stand-in for a USB webcam in front: what it costs more is libcamera's and that webcam's. \`ustreamer\`
${peer?.ustreamer ? `${peer.ustreamer} (of Debian 13, with that suite's libraries) ` : ''}reads a stand-in for a V4L2 camera, which costs it one copy of each picture.

What runs in turn is compared within one round; a ratio is the median of its rounds, which follow in brackets. CPU is what
the scheduler counts for all threads of the server, without those that stand in for hardware. Latency is from exposure
to the last byte at the viewer. Exposure is the tick of the clock, and for the webcam the moment its picture is ready, which is
later by what the stand-in takes to wake up and fill it. A target that was missed is **bold**.

## One stream, many viewers

Rounds: ${fanOut?.rounds ?? 0}.${fanOut?.warmUp ? warmedUp(fanOut.warmUp) : ''}

![CPU per delivered MiB by number of viewers](images/performance.svg)

${fanOut?.data ? fanOutTables(fanOut.data) : ''}

${fanOut ? ratioTables(fanOut.rows) : ''}

${sections.join('\n\n')}`
  return `${page.trimEnd()}\n`
}

/**
 * What there is to say of a measurement beside its figures.
 * @type {Record<string, string>}
 */
const notes = {
  ways_to_send: `The floor with two other ways to hand a picture to the kernel: \`sendfile\` from a file in memory, made for each picture,
and \`MSG_ZEROCOPY\`. Below 1 it would be a gain. MotionInOcean sends the plain way, \`sendmsg\`: another one would have to be clearly
cheaper from few viewers on. Over loopback the kernel copies after all with \`MSG_ZEROCOPY\`; what a network card makes of it
was not seen.`,
}

const rowHead = ['what', 'measured', 'target']

/** @type {[figure: string, title: string, digits: number][]} */
const shown = [
  ['cpuMsPerMib', 'CPU, ms per MiB delivered', 2],
  ['latencyP50', 'latency p50, ms', 2],
  ['latencyP99', 'latency p99, ms', 1],
  ['jitterP95', 'jitter p95, ms', 1],
  ['fps', 'frames per second at the median viewer', 1],
  ['slowestFps', 'frames per second at the slowest viewer', 1],
  ['mibPerSecond', 'MiB per second, all viewers together', 0],
  ['allServed', 'all viewers connect at once: the last has a picture after, ms', 0],
  ['rss', 'resident memory, MiB', 0],
]

/** @param {Figures} figures */
function fanOutTables(figures) {
  return shown
    .map(([figure, title, digits]) => {
      const servers = figures[figure] ?? {}
      const counts = Object.keys(Object.values(servers)[0] ?? {})
      const rows = names
        .filter((name) => servers[name])
        .map((name) => [titles[name], ...counts.map((count) => servers[name]?.[count]?.toFixed(digits) ?? '–')])
      return table([title, ...counts.map((count) => `N = ${count}`)], rows)
    })
    .join('\n\n')
}

/**
 * A table by the number of viewers of what is told for each, and one of the rest.
 * @param {(string | number)[][]} rows
 */
function ratioTables(rows) {
  /** @type {Map<string, Map<string, (string | number)[]>>} */
  const ratios = new Map()
  const others = []
  for (const row of rows) {
    const [, what = '', count = ''] = /^(.* ÷ .*), N = (\d+)$/.exec(String(row[0])) ?? []
    if (!what) others.push(row)
    else ratios.set(what, (ratios.get(what) ?? new Map()).set(count, judged(row)))
  }
  const counts = [...new Set([...ratios.values()].flatMap((cells) => [...cells.keys()]))]
  const lines = [...ratios].map(([what, cells]) => [
    what,
    ...counts.map((count) => {
      const [, value = '–', target = ''] = cells.get(count) ?? []
      return target ? `${value}, ${target}` : value
    }),
  ])
  const head = ['ratio, with its target', ...counts.map((count) => `N = ${count}`)]
  return [table(head, lines), table(rowHead, others.map(judged))].join('\n\n')
}

/** @param {(string | number)[]} row */
function judged([what = '', value = '', target = '']) {
  return [what, isMissed(String(value), String(target)) ? `**${value}**` : value, target]
}

/**
 * Whether a figure misses a target like `≤ 1.2`, `≥ 29.5`, `< 1 / < 5`; words in it say no number and are left to
 * the reader.
 * @param {string} value
 * @param {string} target
 */
function isMissed(value, target) {
  const limits = [...target.matchAll(/([≤≥<>]) ([\d.]+)/g)]
  const seen = value.split(/ \/ |, /).slice(-limits.length)
  return limits.some(([, sign = '', limit], i) => {
    const figure = Number.parseFloat(seen[i] ?? '')
    return '≤<'.includes(sign) ? figure > Number(limit) : figure < Number(limit)
  })
}

/**
 * @param {(string | number)[]} head
 * @param {(string | number)[][]} rows
 */
function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `<!-- prettier-ignore-start -->\n${lines.join('\n')}\n<!-- prettier-ignore-end -->`
}

/** @param {number} seconds */
const warmedUp = (
  seconds,
) => ` Before the first one each server has had 10 viewers for ${seconds} s: a streamer runs for
months, and Node compiles what runs once a frame only after some thousand frames.`

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

const colours = { native: '#0b6', javascript: '#06c', libcamera: '#9ad', floor: '#888', ustreamer: '#c60' }

/**
 * CPU per MiB over viewers, both on logarithmic axes.
 * @param {Report} report
 */
export function performancePlot({ measurements }) {
  const servers = measurements['fan_out']?.data?.['cpuMsPerMib'] ?? {}
  const counts = Object.keys(Object.values(servers)[0] ?? {}).map(Number)
  const [left, right, top, bottom] = [60, 560, 30, 290]
  const x = (/** @type {number} */ viewers) =>
    left + (Math.log(viewers) / Math.log(Math.max(2, ...counts))) * (right - left)
  // 0.1 to 10 ms.
  const y = (/** @type {number} */ ms) => bottom - ((Math.log10(ms) + 1) / 2) * (bottom - top)
  const grid = [0.1, 0.2, 0.5, 1, 2, 5, 10].map(
    (ms) =>
      `<path d="M${left} ${y(ms).toFixed(1)}H${right}" stroke="#ddd"/><text x="${left - 8}" y="${(y(ms) + 4).toFixed(1)}" text-anchor="end">${ms}</text>`,
  )
  const ticks = counts.map(
    (count) => `<text x="${x(count).toFixed(1)}" y="${bottom + 20}" text-anchor="middle">${count}</text>`,
  )
  const lines = names
    .filter((name) => servers[name])
    .map((name, i) => {
      const points = counts.flatMap((count) => {
        const ms = servers[name]?.[count]
        return ms ? [`${x(count).toFixed(1)},${y(ms).toFixed(1)}`] : []
      })
      const legend = `<text x="${right + 20}" y="${top + 20 + 22 * i}" fill="${colours[name]}">${titles[name]}</text>`
      return `<polyline points="${points.join(' ')}" fill="none" stroke="${colours[name]}" stroke-width="2.5"/>${legend}`
    })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 340" font-family="sans-serif" font-size="13">
<rect width="840" height="340" fill="#fff"/>
<text x="${left}" y="18">CPU, ms per MiB delivered</text>
${[...grid, ...ticks, ...lines].join('\n')}
<text x="${right}" y="${bottom + 40}" text-anchor="end">viewers</text>
</svg>
`
}
