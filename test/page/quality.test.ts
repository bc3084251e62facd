/// <reference lib="dom" />
// For everybody, quickly, and in the dark.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import { beforeAll, expect, test } from 'vitest'
import { Nginx } from '../kit/nginx.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { type Visit, visitor } from './visit.ts'

const visit = visitor()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let pictures: Buffer[]
beforeAll(async () => {
  pictures = await Promise.all([1, 2].map((seed) => makeJpeg({ seed })))
})

/** Findings that keep somebody out. */
async function barriers({ page }: Visit): Promise<string[]> {
  // The page's own policy forbids scripts that it did not bring; this one comes from outside of it.
  await page.evaluate(axe)
  const results = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run())
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (colorScheme) => {
  const source = new ScriptedSource(pictures)
  const other = new ScriptedSource(pictures, { id: 'other' })
  await using service = await startService({ sources: [source, other], token: 'secret' })
  using _run = source.run()
  const v = await visit({ colorScheme })
  await v.goto(service.url)
  expect(await barriers(v)).toEqual([])
  await v.goto(`${service.url}/?token=secret`)
  await v.says('state', 'Live')
  await v.page.click('#settings-name')
  expect(await barriers(v)).toEqual([])
  await v.goto(`${service.url}/integrations?token=secret`)
  await v.page.waitForSelector('#home-assistant')
  expect(await barriers(v)).toEqual([])
})

test('every button and input can be reached with the keyboard', async () => {
  const source = new ScriptedSource(pictures)
  await using service = await startService({ sources: [source] })
  const v = await visit()
  await v.goto(service.url)
  await v.page.locator('#control-Brightness').waitFor()
  await v.page.click('#settings-name')
  const reached = new Set<string>()
  for (let i = 0; i < 40; i++) {
    await v.page.keyboard.press('Tab')
    reached.add(await v.page.evaluate(() => document.activeElement?.id ?? ''))
  }
  for (const id of ['control-Brightness', 'reset', 'setting-size', 'setting-quality', 'setting-hflip', 'stream-url']) {
    expect(reached).toContain(id)
  }
})

test('the first picture needs one HTML, one CSS and one script, below 60 KB', async () => {
  const source = new ScriptedSource(pictures)
  await using service = await startService({ sources: [source] })
  const v = await visit()
  const bytes = new Map<string, number>()
  v.page.on('response', (response) => {
    const type = response.request().resourceType()
    if (!['document', 'stylesheet', 'script'].includes(type)) return
    bytes.set(`${type} ${new URL(response.url()).pathname}`, Number(response.headers()['content-length']))
  })
  await v.goto(service.url)
  await v.says('state', 'Live')
  expect([...bytes.keys()].toSorted()).toEqual(['document /', 'script /page.js', 'stylesheet /page.css'])
  expect([...bytes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000)
})

test('is dark where the visitor wants it dark', async () => {
  const source = new ScriptedSource(pictures)
  await using service = await startService({ sources: [source] })
  const brightness = async (colorScheme: 'light' | 'dark'): Promise<number> => {
    const v = await visit({ colorScheme })
    await v.goto(service.url)
    const colour = await v.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    return Math.max(...colour.match(/\d+/g)!.map(Number))
  }
  expect(await brightness('dark')).toBeLessThan(64)
  expect(await brightness('light')).toBeGreaterThan(192)
})

test('works through nginx that has cut the path', async () => {
  const source = new ScriptedSource(pictures)
  await using service = await startService({ sources: [source] })
  await using nginx = await Nginx.start(`location /attic/ { proxy_pass ${service.url}/; }`)
  using _run = source.run()
  const v = await visit()
  const url = `${await nginx.url()}/attic`
  await v.goto(`${url}/`)
  await v.says('state', 'Live')
  await v.changed()
  await v.changed(await v.pixels())
  await v.goto(`${url}/integrations`)
  await v.page.waitForSelector('#home-assistant')
  expect(await v.page.locator('#home-assistant input').first().inputValue()).toBe(`${url}/stream.mjpg`)
  // The page is closed first: nginx waits for whoever is connected.
  await v.page.close()
})
