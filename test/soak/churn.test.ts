// Fifty viewers come and go each second: nothing that one of them needed stays behind. SOAK_SECONDS=600 for the
// nightly run.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RunningCli } from '../kit/cli.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

const seconds = Number(process.env['SOAK_SECONDS'] ?? 60)
const perSecond = 50

const megabytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length
const threads = (pid: number): number => readdirSync(`/proc/${pid}/task`).length

test(`${perSecond} joins and leaves a second for ${seconds} s`, { timeout: (seconds * 3 + 180) * 1000 }, async () => {
  await using service = new RunningCli(['--camera', 'synthetic', '--bind', '127.0.0.1', '--port', '0'], {
    MIO_LOG_FORMAT: 'json',
  })
  const url = await service.url()
  const { pid } = (await service.log((line) => line['pid'] !== undefined)) as unknown as { pid: number }
  const json = async <T>(path: string) => (await (await fetch(url + path)).json()) as T
  const status = () => json<Record<string, number>>('/api/status')

  /** One comes, sees a picture or none, and goes in one of the ways there are. */
  async function visit(way: number): Promise<void> {
    await using viewer = await StreamClient.open(`${url}/stream.mjpg${way % 5 === 4 ? '?frames=1' : ''}`, {
      stalled: way % 5 === 3,
    })
    if (way % 5 === 0) return
    if (way % 5 !== 3) await viewer.part()
    if (way % 5 === 2) viewer.reset()
    if (way % 5 === 4) await viewer.end()
  }
  async function churn(count: number): Promise<void> {
    for (let done = 0; done < count; done += perSecond / 10) {
      await Promise.all([pass(100), ...Array.from({ length: perSecond / 10 }, (_, i) => visit(done + i))])
    }
  }
  const allGone = () => until(async () => (await status())['clients'] === 0, { timeout: 20_000 })
  const facts = () => ({ descriptors: descriptors(pid), threads: threads(pid), megabytes: megabytes(pid) })

  // V8 compiles and widens its heap for the first thousand; then the memory stays as it is.
  await churn(1500)
  await allGone()
  const before = facts()
  await churn(seconds * perSecond)
  await allGone()
  await until(async () => (await status())['slotsLent'] === 0, { timeout: 20_000, what: 'nothing lent' })
  expect(await json('/api/clients')).toEqual([])
  // But for those of this test's own questions, which may be kept alive.
  await until(() => descriptors(pid) <= before.descriptors + 4, { timeout: 20_000, what: 'descriptors are back' })
  expect(threads(pid)).toBeLessThanOrEqual(before.threads)
  // V8 lets its heap grow with how busy the machine is; a part leaked by each visit would be five times that.
  await until(() => megabytes(pid) < before.megabytes + 64, { timeout: 20_000, what: 'flat memory' })
  console.log('before and after', before, facts())
})
