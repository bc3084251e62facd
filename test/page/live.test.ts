/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { openCamera } from '../../lib/camera/open_camera.ts'
import { serve, type Service } from '../../lib/server/serve.ts'
import { createApp } from '../../lib/server/create_app.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { Picture } from '../kit/picture.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { readClock } from './read_clock.ts'
import { visitor } from './visit.ts'

const visit = visitor()

test('shows a moving picture and what there is to know, and asks no other host', async () => {
  const v = await visit()
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 360 })
  await using service = await startService({ sources: [camera] })
  await v.goto(service.url)
  await v.changed()
  for (let i = 0; i < 3; i++) await v.changed(await v.pixels())

  await v.says('state', 'Live')
  expect(await v.text('size')).toBe('640 × 360')
  expect(await v.text('encoder')).toContain('turbojpeg')
  await v.says('viewers', '1')
  expect(await v.page.inputValue('#stream-url')).toBe(`${service.url}/stream.mjpg`)
  expect(await v.page.inputValue('#snapshot-url')).toBe(`${service.url}/snapshot.jpg`)

  expect(new Set(v.requests.map(({ host }) => host))).toEqual(new Set([new URL(service.url).host]))
  const asked = (path: string) => v.requests.filter(({ pathname }) => pathname === path)
  expect(asked('/stream.mjpg')).toHaveLength(1)
  // What changes is told by events: nothing is asked for again and again.
  expect(asked('/api/events')).toHaveLength(1)
  expect(asked('/api/status')).toHaveLength(0)
  expect(v.complaints).toEqual([])
})

test('the clock in the picture is the time of day, and goes on', async () => {
  const v = await visit()
  await using camera = await openCamera({ camera: 'synthetic', width: 1280, height: 720 })
  await using service = await startService({ sources: [camera] })
  await v.goto(service.url)
  await v.changed()
  const first = await readClock(v)
  expect(Math.abs(first - Date.now())).toBeLessThan(10_000)
  await vi.waitFor(async () => expect((await readClock(v)) - first).toBeGreaterThan(1000), {
    timeout: 20_000,
    interval: 50,
  })
})

test('saves a picture, and one in full resolution; fills the screen', async () => {
  const v = await visit()
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 360 })
  await using service = await startService({ sources: [camera] })
  await v.goto(service.url)
  await v.says('state', 'Live')
  for (const [button, name, width] of [
    ['Save a picture', 'snapshot.jpg', 640],
    ['Full resolution', 'still.jpg', 1920],
  ] as const) {
    const [download] = await Promise.all([v.page.waitForEvent('download'), v.page.click(`text=${button}`)])
    expect(download.suggestedFilename()).toBe(name)
    const picture = await Picture.decode(readFileSync(await download.path()))
    expect(picture.width).toBeGreaterThanOrEqual(width)
    expect(picture.isBlack()).toBe(false)
  }
  await v.page.click('#fullscreen')
  await vi.waitFor(async () => expect(await v.page.evaluate(() => document.fullscreenElement?.id)).toBe('stage'), 5000)
  expect(v.complaints).toEqual([])
})

test('works below a base path, and for each camera', async () => {
  const v = await visit()
  const pictures = [await makeJpeg({ seed: 1 })]
  const sources: [ScriptedSource, ScriptedSource] = [
    new ScriptedSource(pictures, { id: 'front' }),
    new ScriptedSource(pictures, { id: 'back' }),
  ]
  await using service = await startService({ sources, basePath: '/home/cam' })
  using _front = sources[0].run()
  using _back = sources[1].run()
  for (const [path, source] of [
    ['/', sources[0]],
    ['/home/cam', sources[0]],
    ['/home/cam/cameras/back', sources[1]],
    ['/home/cam/cameras/cam1/', sources[1]],
  ] as const) {
    await v.goto(service.url + path)
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(1), 5000)
    await v.changed()
    await v.says('state', 'Live')
    expect(await v.page.inputValue('#stream-url')).toMatch(/\/home\/cam\/(cameras\/\w+\/)?stream\.mjpg$/)
    await v.goto('about:blank')
    await vi.waitFor(() => expect(hubOf(source).viewers.size).toBe(0), 5000)
  }
  expect(v.complaints).toEqual([])
})

test('says what is wrong with the camera', async () => {
  const v = await visit()
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'The camera is gone.' })
  await v.goto(service.url)
  await v.says('state', 'No signal')
  expect(await v.text('notice')).toBe('The camera is gone. (ERR_CAMERA_UNPLUGGED)')
  // The placeholder is in the stream, too.
  await v.changed()
})

test('recovers by itself after a restart of the service', async () => {
  const v = await visit()
  const source = new ScriptedSource([await makeJpeg({ seed: 1 }), await makeJpeg({ seed: 2 })])
  const start = (port: number, from: ScriptedSource): Promise<Service> =>
    serve(createApp({ sources: [from] }), { port, bind: '127.0.0.1', drain: () => hubOf(from).close() })
  const first = await start(0, source)
  await v.goto(first.url)
  {
    using _run = source.run()
    await v.changed()
    await v.changed(await v.pixels())
    await first.close()
  }
  await v.says('state', 'Not reachable')

  const restarted = new ScriptedSource([await makeJpeg({ seed: 3 }), await makeJpeg({ seed: 4 })])
  const second = await start(first.port, restarted)
  using _run = restarted.run()
  await vi.waitFor(() => expect(hubOf(restarted).viewers.size).toBe(1), 10_000)
  await v.changed(await v.pixels())
  await v.says('state', 'Live')
  await v.page.close()
  await second.close()
}, 90_000)

test('a hidden page does not watch', async () => {
  const v = await visit()
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  await v.goto(service.url)
  await v.says('state', 'Live')
  expect(source.subscribers).toBe(1)
  const hide = (hidden: boolean): Promise<void> =>
    v.page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
  await hide(true)
  await vi.waitFor(() => expect(source.subscribers).toBe(0), 5000)
  await hide(false)
  await vi.waitFor(() => expect(source.subscribers).toBe(1), 5000)
})

test.each([320, 390, 820, 1280, 2560])('has no sideways scrolling at %i pixels', async (width) => {
  const v = await visit()
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  await v.page.setViewportSize({ width, height: 800 })
  await v.goto(service.url)
  await v.says('state', 'Live')
  expect(await v.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
})
