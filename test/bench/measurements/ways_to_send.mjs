// Whether there is a cheaper way to send than the one that the kernel copies for: floors against the floor.
import { start } from '../service.mjs'
import { build, program } from '../native.mjs'
import { pictures } from '../pictures.mjs'
import { listed } from '../process.mjs'

const ways = ['sendfile', 'zerocopy']

/** @param {import('../main.mjs').Plan} plan */
export default async function waysToSend({ quick, rounds, seconds, size }) {
  const load = program('mjpeg_load')
  const floors = []
  try {
    for (const way of ['send', ...ways]) {
      const args = [pictures(size), `${size.fps}`, way]
      floors.push({ way, ...(await start(args, {}, build('floor'))) })
    }
    const rows = []
    for (const viewers of quick ? [1, 10] : [1, 10, 50, 200]) {
      const used = Object.fromEntries(floors.map(({ way }) => [way, []]))
      for (let round = 0; round < rounds; round++) {
        for (const { way, url, pid } of floors) {
          const where = ['--port', new URL(url).port, '--pid', pid, '--viewers', viewers]
          const times = ['--warm-up', seconds.settle, '--seconds', seconds.fanOut]
          const { cpuMsPerMib, gone } = await load(...where, ...times)
          if (gone > 0) throw new Error(`${way} lost ${gone} viewers`)
          used[way].push(cpuMsPerMib)
        }
      }
      for (const way of ways) {
        const ratios = used[way].map((one, i) => one / used.send[i])
        rows.push([`CPU per MiB, ${way} ÷ send, N = ${viewers}`, listed(ratios)])
      }
    }
    return rows
  } finally {
    for (const floor of floors) await floor.stop()
  }
}
