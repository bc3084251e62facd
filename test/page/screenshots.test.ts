/// <reference lib="dom" />
// The pictures of the page in docs/images: UPDATE_DOCS=1 npm test -- test/page
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openCamera } from '../../lib/camera/open_camera.ts'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { Webcams } from '../kit/environment.ts'
import { startService } from '../kit/server.ts'
import { type Visit, visitor } from './visit.ts'

const visit = visitor()
const folder = resolve(import.meta.dirname, '../../docs/images')
/** Nobody waits for a picture in a document. */
const most = 120_000

let webcams: Webcams
beforeEach(() => {
  webcams = new Webcams()
})
afterEach(() => webcams[Symbol.dispose]())

/** The page as it is now is what docs/images/NAME.png shows, or with UPDATE_DOCS becomes that. */
async function pictured({ page }: Visit, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  const file = join(folder, `${name}.png`)
  const shot = await page.screenshot(options)
  // 256 colours are enough for a page.
  const png = await sharp(shot).png({ palette: true, quality: 90, effort: 10 }).toBuffer()
  if (process.env['UPDATE_DOCS']) writeFileSync(file, png)
  const kept = readFileSync(file)
  expect(kept.length).toBeLessThan(most)
  expect((await sharp(kept).metadata()).width).toBe((await sharp(png).metadata()).width)
}

test('the live page, and on a phone', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 1280, height: 720 })
  await using service = await startService({ sources: [camera] })
  for (const [name, viewport, colorScheme] of [
    ['page', { width: 1280, height: 800 }, 'dark'],
    ['phone', { width: 390, height: 844 }, 'light'],
  ] as const) {
    const v = await visit({ viewport, colorScheme })
    await v.goto(service.url)
    await v.says('state', 'Live')
    await v.changed()
    await v.changed(await v.pixels())
    await v.page.locator('#control-Brightness').waitFor()
    // After a few pictures it knows their rate and latency.
    await vi.waitFor(async () => expect(await v.text('latency')).toMatch(/\d ms/), 20_000)
    await vi.waitFor(async () => expect(Number(await v.text('fps'))).toBeGreaterThan(20), 20_000)
    await pictured(v, name)
    await v.page.close()
  }
})

test('several cameras', async () => {
  await webcams.plug(0)
  await using first = await openCamera({ camera: 'synthetic', width: 1280, height: 720 })
  await using second = new LastingCamera({ camera: webcams.id(0), width: 640, height: 480 })
  await second.start()
  await using service = await startService({ sources: [first, second] })
  const v = await visit({ viewport: { width: 1280, height: 800 } })
  await v.goto(service.url)
  await v.changed()
  const tiles = v.page.locator('#camera-list img')
  await vi.waitFor(
    async () =>
      expect(await tiles.evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth > 0))).toEqual([
        true,
        true,
      ]),
    10_000,
  )
  await v.says('state', 'Live')
  await pictured(v, 'cameras')
})

test('no signal', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: webcams.id(0), width: 1280, height: 720, frameTimeout: 1000 })
  await camera.start()
  await using service = await startService({ sources: [camera] })
  const v = await visit({ viewport: { width: 1280, height: 800 } })
  await v.goto(service.url)
  await v.says('state', 'Live')
  await v.changed()
  const live = await v.pixels()
  webcams.unplug(0)
  await v.says('state', 'No signal')
  // The placeholder is in the picture.
  await v.changed(live)
  await vi.waitFor(async () => expect((await v.pixels())?.slice(0, 3)).not.toEqual(live?.slice(0, 3)), 10_000)
  await pictured(v, 'no-signal')
})

test('the form for the token, and the page for other programs', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 360 })
  await using service = await startService({ sources: [camera], token: 'attic-0815' })
  const login = await visit({ viewport: { width: 640, height: 280 } })
  await login.goto(service.url)
  await login.page.locator('#token').waitFor()
  await pictured(login, 'login')
  const v = await visit({ viewport: { width: 1280, height: 800 } })
  await v.goto(`${service.url}/integrations?token=attic-0815`)
  await v.page.locator('#home-assistant').waitFor()
  await pictured(v, 'integrations')
})
