// What a server costs while the camera runs and nobody watches.
import { setTimeout as delay } from 'node:timers/promises'
import { cpuOf, listed, median } from '../process.mjs'
import { withServers } from '../servers.mjs'

/** @param {import('../main.mjs').Plan} plan */
export default async function idle(plan) {
  const { rounds, seconds } = plan
  return withServers(plan, async (servers) => {
    await delay(1000)
    const used = Object.fromEntries(servers.map(({ name }) => [name, []]))
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      const before = servers.map(({ pid }) => cpuOf(pid))
      await delay(seconds.round * 1000)
      for (const [i, { name, pid }] of servers.entries()) {
        used[name].push((cpuOf(pid) - before[i]) / (seconds.round * 10))
      }
    }
    const rows = servers.map(({ name }) => [
      `CPU while nobody watches, ${name}, % of a core`,
      median(used[name]).toFixed(2),
    ])
    if (!used.ustreamer) return rows
    const ratio = (name) => listed(used[name].map((one, i) => one / used.ustreamer[i]))
    return [
      ...rows,
      ['  native ÷ ustreamer', ratio('native'), '≤ 0.5'],
      ['  libcamera ÷ ustreamer', ratio('libcamera'), '≤ 0.5'],
    ]
  })
}
