// From the kernel's file to the page: a thermal zone as Documentation/driver-api/thermal/sysfs-api.rst has it.
import { rmSync, writeFileSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { visitor } from './visit.ts'

/** In the place of the machine's own. */
const zone = vi.hoisted(() => `/tmp/mio-thermal-zone-${process.pid}`)
vi.mock('../../lib/server/temperature.ts', async (original) => {
  const { temperature } = await original<{ temperature: (file: string) => number | null }>()
  return { temperature: () => temperature(zone) }
})
afterEach(() => rmSync(zone, { force: true }))

const visit = visitor()

test('is shown where the kernel tells it, follows it, and is away where it does not', async () => {
  writeFileSync(zone, '53692\n')
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  const status = async () => (await (await fetch(`${service.url}/api/status`)).json()) as Record<string, unknown>
  expect(await status()).toMatchObject({ temperatureCelsius: 53.7 })
  const v = await visit()
  await v.goto(service.url)
  await v.says('temperature', '54 °C')
  expect(await v.page.isVisible('#temperature')).toBe(true)
  writeFileSync(zone, '81000\n')
  await v.says('temperature', '81 °C')

  for (const text of ['', 'broken\n', undefined]) {
    if (text === undefined) rmSync(zone)
    else writeFileSync(zone, text)
    expect(await status()).toMatchObject({ temperatureCelsius: null })
  }
  await vi.waitFor(async () => expect(await v.page.isHidden('#temperature')).toBe(true), 10_000)
})
