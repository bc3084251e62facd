import { stat } from 'node:fs'
import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { Hub } from '../../lib/stream/hub.ts'
import type { Viewer } from '../../lib/stream/delivery.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { TestSink } from '../kit/test_sink.ts'

let pictures: Buffer[]
let source: ScriptedSource
let hub: Hub
let sink: TestSink
let viewer: Viewer

beforeAll(async () => {
  pictures = await Promise.all([1, 2].map((seed) => makeJpeg({ seed })))
})

beforeEach(() => {
  source = new ScriptedSource(pictures)
  hub = new Hub(source)
  sink = new TestSink({ eager: true })
})

afterEach(async () => {
  viewer.leave()
  await vi.waitFor(() => expect(source.lent).toBe(0))
  expect(source.subscribers).toBe(0)
})

/** What each part says in `X-Camera-State`; `frame` for a picture of the camera. */
function states(): string[] {
  return sink.writes.slice(1).map((part) => /X-Camera-State: (\S+)/.exec(part.toString('latin1'))?.[1] ?? 'frame')
}

async function sizeOf(jpeg: Uint8Array): Promise<string> {
  const { width, height } = await sharp(jpeg).metadata()
  return `${width}x${height}`
}

const wait = (check: () => void, timeout = 5000): Promise<void> => vi.waitFor(check, { timeout, interval: 5 })

test('says so at once when the state leaves live, then at least every second, until frames come', async () => {
  viewer = hub.join(sink)
  source.emit()
  await wait(() => expect(states()).toEqual(['frame']))
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'gone' })
  // Without waiting for a silence, which would take more than a second.
  await wait(() => expect(states()).toEqual(['frame', 'ERR_CAMERA_UNPLUGGED']), 950)
  await wait(() => expect(states()).toHaveLength(4), 2500)
  expect(await sizeOf(sink.jpegs[3]!)).toBe('320x240')

  source.change({ status: 'live' })
  source.emit()
  await wait(() => expect(states().at(-1)).toBe('frame'))
  expect(sink.jpegs.at(-1)).toEqual(pictures[1])
})

test('says so when frames stop coming although the state is live', async () => {
  viewer = hub.join(sink)
  source.emit()
  const begin = performance.now()
  await wait(() => expect(states()).toEqual(['frame', 'ERR_CAMERA_STALLED']))
  expect(performance.now() - begin).toBeGreaterThan(1000 + 2000 / 30 - 5)
  source.emit()
  await wait(() => expect(states()).toEqual(['frame', 'ERR_CAMERA_STALLED', 'frame']))
})

test('in low light frames are waited for as long as was allowed', async () => {
  source.settings = { ...source.settings, minFps: 0.5 }
  viewer = hub.join(sink)
  source.emit()
  const begin = performance.now()
  await wait(() => expect(states()).toEqual(['frame', 'ERR_CAMERA_STALLED']), 8000)
  expect(performance.now() - begin).toBeGreaterThan(1000 + 2000 / 0.5 - 5)
})

test('stays quiet while frames come, and when nobody watches', async () => {
  viewer = hub.join(sink)
  source.mode = { ...source.mode!, fps: 10 }
  const timer = setInterval(() => source.emit(), 100)
  await wait(() => expect(sink.jpegs.length).toBeGreaterThan(15))
  clearInterval(timer)
  expect(new Set(states())).toEqual(new Set(['frame']))
  viewer.leave()
  source.change({ status: 'waiting' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(new Set(states())).toEqual(new Set(['frame']))
})

test('a viewer who comes while the camera is lost is told at once', async () => {
  source.change({ status: 'waiting', code: 'ERR_NO_CAMERA' })
  source.mode = undefined
  hub = new Hub(source, { size: { width: 800, height: 600 } })
  viewer = hub.join(sink)
  await wait(() => expect(states()).toEqual(['ERR_NO_CAMERA']), 900)
  expect(await sizeOf(sink.jpegs[0]!)).toBe('800x600')
  const later = new TestSink({ eager: true })
  hub.join(later)
  expect(later.jpegs).toEqual([sink.jpegs[0]])
  later.destroy()
  for (const each of hub.viewers) if (each !== viewer) each.leave()
})

test('keeps the size of the last frame when the camera is gone', async () => {
  viewer = hub.join(sink)
  source.emit()
  source.mode = undefined
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED' })
  await wait(() => expect(states()).toHaveLength(2))
  expect(await sizeOf(sink.jpegs[1]!)).toBe('320x240')
})

test('a frame on its way out does not hide that the camera is lost', async () => {
  viewer = hub.join(sink)
  source.emit()
  source.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED' })
  source.emit()
  await wait(() => expect(states().at(-1)).toBe('ERR_CAMERA_UNPLUGGED'), 900)
})

test('a blocked event loop is not a silence', async () => {
  viewer = hub.join(sink)
  source.emit()
  await wait(() => expect(states()).toEqual(['frame']))
  // The frame waits in the poll phase, as the addon's wake-up does, and the overdue timers run before it.
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      stat('.', () => resolve(source.emit()))
      const end = performance.now() + 1500
      while (performance.now() < end);
    })
  })
  // Long enough for a placeholder to be drawn, had one been begun.
  using _run = source.run()
  await wait(() => expect(states().length).toBeGreaterThan(15))
  expect(new Set(states())).toEqual(new Set(['frame']))
})

test('while the camera starts it says so only after a silence', async () => {
  source.change({ status: 'starting' })
  viewer = hub.join(sink)
  const begin = performance.now()
  await wait(() => expect(states()).toEqual(['starting']))
  expect(performance.now() - begin).toBeGreaterThan(1000)
})
