// Viewers that are too slow: how old the pictures of a slow one are, and what those that never read cost.
import { median } from '../process.mjs'
import { withServers } from '../servers.mjs'

/** Bytes per second: about two frames. */
const slow = 300_000

/** @param {import('../main.mjs').Plan} plan */
export default async function laggards(plan) {
  const { quick, rounds, seconds } = plan
  const crowd = quick ? 10 : 100
  return withServers(plan, async (all, load) => {
    // What is in front of the camera changes nothing here.
    const servers = all.filter(({ name }) => name !== 'libcamera')
    const slowRuns = Object.fromEntries(servers.map(({ name }) => [name, []]))
    const stalledRuns = Object.fromEntries(servers.map(({ name }) => [name, []]))
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      for (const server of servers) {
        slowRuns[server.name].push(await load(server, { viewers: 10, slow, 'warm-up': 4, seconds: seconds.laggards }))
      }
    }
    // The same server with the same crowd, then with those who never read among them.
    for (const server of servers) {
      const alone = await load(server, { viewers: crowd, 'warm-up': 1, seconds: seconds.fanOut })
      const beset = await load(server, { viewers: crowd, stalled: 20, 'warm-up': 1, seconds: seconds.laggards })
      stalledRuns[server.name].push({ alone, beset })
    }

    const age = (name, half) => median(slowRuns[name].map(({ slowAge }) => slowAge[half]))
    const rows = []
    const has = (name) => slowRuns[name] !== undefined
    for (const name of ['native', 'javascript']) {
      const [{ alone, beset }] = stalledRuns[name]
      const ratio = (other) => (age(name, 1) / age(other, 1)).toFixed(2)
      rows.push(
        [
          `age of frames at a viewer of 300 KB/s, first and second half, ${name}, ms`,
          [0, 1].map((half) => age(name, half).toFixed(0)).join(', '),
          '≤ 1300, not growing',
        ],
        [`  ${name} ÷ floor`, ratio('floor'), name === 'native' ? '≤ 1.2' : undefined],
        ...(has('ustreamer')
          ? [[`  ${name} ÷ ustreamer`, ratio('ustreamer'), name === 'native' ? '≤ 0.3' : undefined]]
          : []),
        [
          `  the slowest of the 10 beside it, ${name}, fps`,
          median(slowRuns[name].map(({ fpsMin }) => fpsMin)).toFixed(1),
          '≥ 29.5',
        ],
        [
          `resident memory with ${crowd} viewers, ${name}, MiB`,
          alone.rss[1].toFixed(0),
          name === 'native' ? '≤ 80' : '≤ 90',
        ],
        [
          `  with 20 more that never read, begin and end, ${name}, MiB`,
          beset.rss.map((mib) => mib.toFixed(0)).join(', '),
          'no growth',
        ],
        [`  the slowest of the ${crowd} beside them, ${name}, fps`, beset.fpsMin.toFixed(1), '≥ 29'],
      )
    }
    return rows
  })
}
