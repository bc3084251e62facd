/// <reference lib="dom" />
import { existsSync, mkdirSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openCamera } from '../../lib/camera/camera.ts'
import { serve, type Service } from '../../lib/server/serve.ts'
import { createApp } from '../../lib/server/create_app.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { launchBrowser } from '../kit/browser.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'

let browser: Browser
let page: Page
/** What the page asked for and said. */
let requests: URL[]
let complaints: string[]

beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)

afterAll(async () => {
  await browser.close()
})

beforeEach(async () => {
  requests = []
  complaints = []
  page = await browser.newPage({ viewport: { width: 1280, height: 720 }, colorScheme: 'dark' })
  page.on('request', (request) => requests.push(new URL(request.url())))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
})

afterEach(async () => {
  await page.close()
})

const goto = (url: string): Promise<unknown> => page.goto(url, { waitUntil: 'domcontentloaded' })

/** The picture's pixels, small; undefined while there is none. */
function pixels(): Promise<number[] | undefined> {
  return page.evaluate(() => {
    const picture = document.querySelector<HTMLImageElement>('#picture')!
    if (!picture.naturalWidth) return undefined
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
    const context = canvas.getContext('2d')!
    context.drawImage(picture, 0, 0, 64, 36)
    return [...context.getImageData(0, 0, 64, 36).data]
  })
}

/** Waits until the picture differs from `before`. */
function changed(before: number[] | undefined): Promise<void> {
  return vi.waitFor(async () => expect(String(await pixels())).not.toBe(String(before)), {
    timeout: 10_000,
    interval: 50,
  })
}

const text = (id: string): Promise<string | null> => page.textContent(`#${id}`)

test('shows a moving picture and what there is to know, and asks no other host', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 360 })
  await using service = await startService({ sources: [camera] })
  await goto(service.url)
  await changed(undefined)
  for (let i = 0; i < 3; i++) await changed(await pixels())

  await vi.waitFor(async () => expect(await text('state')).toBe('Live'), 5000)
  expect(await text('size')).toBe('640 × 360')
  expect(await text('encoder')).toContain('turbojpeg')
  await vi.waitFor(async () => expect(await text('viewers')).toBe('1'), 5000)
  expect(await page.inputValue('#stream-url')).toBe(`${service.url}/stream.mjpg`)
  expect(await page.inputValue('#snapshot-url')).toBe(`${service.url}/snapshot.jpg`)

  expect(new Set(requests.map(({ host }) => host))).toEqual(new Set([new URL(service.url).host]))
  expect(requests.filter(({ pathname }) => pathname === '/stream.mjpg')).toHaveLength(1)
  expect(complaints).toEqual([])
  if (process.env['UPDATE_DOCS']) {
    mkdirSync('docs/images', { recursive: true })
    await page.screenshot({ path: 'docs/images/page.png' })
    expect(existsSync('docs/images/page.png')).toBe(true)
  }
})

test('works below a base path, and for each camera', async () => {
  const pictures = [await makeJpeg({ seed: 1 })]
  const sources: [ScriptedSource, ScriptedSource] = [
    new ScriptedSource(pictures, { id: 'front' }),
    new ScriptedSource(pictures, { id: 'back' }),
  ]
  await using service = await startService({ sources, basePath: '/home/cam' })
  for (const [path, source] of [
    ['/', sources[0]],
    ['/home/cam', sources[0]],
    ['/home/cam/cameras/back', sources[1]],
    ['/home/cam/cameras/cam1/', sources[1]],
  ] as const) {
    await goto(service.url + path)
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(1), 5000)
    source.emit()
    await changed(undefined)
    await vi.waitFor(async () => expect(await text('state')).toBe('Live'), 5000)
    expect(await page.inputValue('#stream-url')).toMatch(/\/home\/cam\/(cameras\/\w+\/)?stream\.mjpg$/)
    await goto('about:blank')
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(0), 5000)
  }
  expect(complaints).toEqual([])
})

test('says what is wrong with the camera', async () => {
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'The camera is gone.' })
  await goto(service.url)
  await vi.waitFor(async () => expect(await text('state')).toBe('No signal'), 5000)
  expect(await text('notice')).toBe('The camera is gone. (ERR_CAMERA_UNPLUGGED)')
  // The placeholder is in the stream, too.
  await changed(undefined)
})

test('recovers by itself after a restart of the service', async () => {
  const source = new ScriptedSource([await makeJpeg({ seed: 1 }), await makeJpeg({ seed: 2 })])
  const start = (port: number, from: ScriptedSource): Promise<Service> =>
    serve(createApp({ sources: [from] }), { port, bind: '127.0.0.1', drain: () => hubOf(from).close() })
  const first = await start(0, source)
  await goto(first.url)
  {
    using _run = source.run()
    await changed(undefined)
    await changed(await pixels())
    await first.close()
  }
  await vi.waitFor(async () => expect(await text('state')).toBe('Not reachable'), 10_000)

  const restarted = new ScriptedSource([await makeJpeg({ seed: 3 }), await makeJpeg({ seed: 4 })])
  const second = await start(first.port, restarted)
  using _run = restarted.run()
  await vi.waitFor(() => expect(hubOf(restarted).viewers.size).toBe(1), 10_000)
  await changed(await pixels())
  await vi.waitFor(async () => expect(await text('state')).toBe('Live'), 5000)
  await page.close()
  await second.close()
}, 40_000)

test('a hidden page does not watch', async () => {
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  await goto(service.url)
  await vi.waitFor(async () => expect(await text('state')).toBe('Live'), 5000)
  expect(source.subscribers).toBe(1)
  const hide = (hidden: boolean): Promise<void> =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  await vi.waitFor(() => expect(source.subscribers).toBe(0), 5000)
  await hide(false)
  await vi.waitFor(() => expect(source.subscribers).toBe(1), 5000)
})

test.each([320, 390, 820, 1280, 2560])('has no sideways scrolling at %i pixels', async (width) => {
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  await page.setViewportSize({ width, height: 800 })
  await goto(service.url)
  await vi.waitFor(async () => expect(await text('state')).toBe('Live'), 5000)
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})
