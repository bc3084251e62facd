// Single pictures as fast as four clients can ask for them, while one viewer watches.
import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../process.mjs'
import { withServers } from '../servers.mjs'
import { watchStream } from '../viewer.mjs'

/** @param {import('../main.mjs').Plan} plan */
export default async function snapshots(plan) {
  const { rounds, seconds } = plan
  return withServers(plan, async (servers, load) => {
    const rates = Object.fromEntries(servers.map(({ name }) => [name, []]))
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      for (const server of servers) {
        const { parts, stop } = watchStream(`http://127.0.0.1:${server.port}${server.stream}`)
        while (parts.length === 0) await delay(10)
        const options = { viewers: 4, snapshots: true, 'warm-up': round === 0 ? 2 : 1, seconds: seconds.fanOut }
        const { frames, seconds: passed } = await load(server, options)
        stop()
        rates[server.name].push(frames / passed)
      }
    }
    return servers.map(({ name }) => [
      `snapshots of the newest frame per second, 4 clients, ${name}`,
      median(rates[name]).toFixed(0),
      name === 'native' || name === 'javascript' ? '≥ 8000' : undefined,
    ])
  })
}
