// One stream to many viewers: CPU per delivered MiB, latency, jitter, the burst when all connect at once.
import { listed, median } from '../process.mjs'
import { withServers } from '../servers.mjs'

/** By viewers: at most this often the floor's. `null`: there is no target. */
const targets = {
  native: {
    cpu: { 1: 1.2, 10: 1.15, 50: 1.15, 200: 1.15 },
    latency: { 1: 1.5, 10: 1.5, 50: 1.5 },
    jitter: { 10: 2 },
    cpuToPeer: { 1: 0.5, 10: 0.25, 50: 0.22, 200: 0.22 },
    latencyToPeer: { 1: 0.6, 10: 0.4, 50: 0.3 },
    jitterToPeer: { 10: 0.2 },
  },
  javascript: { cpu: { 1: 3, 10: 2, 50: 1.5, 100: 1.5, 200: 1.5 }, latency: { 1: 3, 10: 3, 50: 3, 100: 3, 200: 3 } },
  // With all that libcamera costs, which is not ours to lower.
  libcamera: {},
}
const atMost = (target) => (target === undefined ? undefined : `≤ ${target}`)

/** @param {import('../main.mjs').Plan} plan */
export default async function fanOut(plan) {
  const { quick, rounds, seconds } = plan
  const counts = quick ? [1, 10] : [1, 10, 50, 100, 200, 400]
  return withServers(plan, async (servers, load) => {
    // A streamer runs for months, and V8 optimizes what runs once a frame after some thousand frames.
    await Promise.all(servers.map((server) => load(server, { viewers: 10, 'warm-up': 0, seconds: seconds.compile })))
    /** @type {Record<number, Record<string, object[]>>} */
    const seen = {}
    for (let round = 0; round < rounds; round++) {
      for (const viewers of counts) {
        const inTurn = servers.map((_, i) => servers[(i + round) % servers.length])
        for (const server of inTurn) {
          const result = await load(server, { viewers, ...timesOf(viewers, plan) })
          ;((seen[viewers] ??= {})[server.name] ??= []).push(result)
        }
      }
    }
    const rows = counts.flatMap((viewers) => rowsOf(viewers, seen[viewers]))
    return { rows, data: medians(seen), warmUp: seconds.compile }
  })
}

/** To few viewers, many frames for a steady mean. Many viewers connect for a while, and queues take time to build. */
function timesOf(viewers, { quick, seconds }) {
  const many = viewers >= 200
  const longer = !quick && (many || viewers <= 10)
  return { 'warm-up': seconds.settle * (many ? 2 : 1), seconds: seconds.fanOut * (longer ? 2 : 1) }
}

const figures = {
  cpuMsPerMib: ({ cpuMsPerMib }) => cpuMsPerMib,
  latencyP50: ({ latencyP50 }) => latencyP50,
  latencyP99: ({ latencyP99 }) => latencyP99,
  jitterP95: ({ jitterP95 }) => jitterP95,
  fps: ({ fpsMedian }) => fpsMedian,
  slowestFps: ({ fpsMin }) => fpsMin,
  mibPerSecond: ({ mib, seconds }) => mib / seconds,
  allServed: ({ firstMax }) => firstMax,
  rss: ({ rss }) => rss[1],
}

/** By figure, server and viewers. */
function medians(seen) {
  const of = (name, get) =>
    Object.fromEntries(
      Object.entries(seen).map(([viewers, servers]) => [viewers, median((servers[name] ?? []).map(get))]),
    )
  const names = Object.keys(Object.values(seen)[0])
  return Object.fromEntries(
    Object.entries(figures).map(([figure, get]) => [
      figure,
      Object.fromEntries(names.map((name) => [name, of(name, get)])),
    ]),
  )
}

/** Ratios of each round, because a machine's speed drifts. */
function rowsOf(viewers, { floor, ustreamer, ...ours }) {
  const ratios = (name, against, get) => listed(ours[name].map((one, i) => get(one) / get(against[i])))
  return Object.keys(ours).flatMap((name) => {
    const row = (what, other, get, wanted) => [
      `${what}, ${name} ÷ ${other}, N = ${viewers}`,
      ratios(name, other === 'floor' ? floor : ustreamer, get),
      atMost(wanted?.[viewers]),
    ]
    const target = targets[name]
    return [
      row('CPU per MiB', 'floor', figures.cpuMsPerMib, target.cpu),
      row('latency p50', 'floor', figures.latencyP50, target.latency),
      row('jitter p95', 'floor', figures.jitterP95, target.jitter),
      ...(viewers === 400 ? [fullRate(name, ours[name], 'floor', floor, 0.95)] : []),
      ...(viewers === 200 ? [burst(name, ours[name])] : []),
      ...(ustreamer
        ? [
            row('CPU per MiB', 'ustreamer', figures.cpuMsPerMib, target.cpuToPeer),
            row('latency p50', 'ustreamer', figures.latencyP50, target.latencyToPeer),
            row('jitter p95', 'ustreamer', figures.jitterP95, target.jitterToPeer),
            ...(viewers === 400 ? [fullRate(name, ours[name], 'ustreamer', ustreamer, 1.8)] : []),
          ]
        : []),
    ]
  })
}

const fullRate = (name, ours, other, others, target) => [
  `delivered MiB per second, ${name} ÷ ${other}, N = 400`,
  listed(ours.map((one, i) => figures.mibPerSecond(one) / figures.mibPerSecond(others[i]))),
  name === 'native' ? `≥ ${target}` : undefined,
]

const burst = (name, ours) => [
  `200 viewers connect at once: all have a picture, ${name}, ms`,
  median(ours.map(figures.allServed)).toFixed(0),
  '≤ 500',
]
