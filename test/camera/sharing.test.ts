// One camera, opened several times in a process: each opening has its own frames, events and end, and the camera is one.
import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  type Camera,
  type CameraOptions,
  type Frame,
  LastingCamera,
  openCamera,
  type RawFrame,
} from '../../lib/index.ts'
import { virtualCameras, Webcams } from '../kit/environment.ts'
import { until } from '../kit/until.ts'

const webcams = new Webcams()
let cameras: Disposable
const opened: (Camera | LastingCamera)[] = []

beforeAll(async () => {
  const size = (width: number, height: number) => ({ width, height, frame_rates: [30] })
  cameras = virtualCameras({
    Virtual0: { supported_formats: [size(640, 480), size(1280, 720)], test_pattern: 'bars' },
  })
  await webcams.plug(0)
})
afterAll(() => {
  cameras[Symbol.dispose]()
  webcams[Symbol.dispose]()
})
afterEach(async () => {
  for (const camera of opened.splice(0)) {
    await camera.close()
    expect(camera.statistics().pool.lent, 'slots still lent').toBe(0)
    expect(camera.statistics().raw.lent, 'slots of raw frames still lent').toBe(0)
  }
})

async function open(options: CameraOptions = {}): Promise<Camera> {
  const camera = await openCamera({ camera: 'Virtual0', ...options })
  opened.push(camera)
  return camera
}

const sequenceOf = async (camera: Camera): Promise<number> => {
  const frame = await camera.frame({ maxAge: 0 })
  using _ = frame
  return frame.sequence
}

test('who opens it next has it as it is set, with the same frames in the same memory', async () => {
  const first = await open({ width: 640, height: 480, fps: 30, quality: 70 })
  const second = await open({ width: 640 })
  const third = await open()
  for (const camera of [second, third]) {
    expect(camera.settings).toEqual(first.settings)
    expect(camera.mode).toEqual(first.mode)
    expect(camera.id).toBe(first.id)
  }
  const all = [first, second, third]
  const seen = new Map<number, Frame[]>()
  const stops = all.map((camera) =>
    camera.subscribe((frame) => seen.set(frame.sequence, [...(seen.get(frame.sequence) ?? []), frame.retain()])),
  )
  const same = await until(() => [...seen.values()].find((frames) => frames.length === 3))
  expect(new Set(same.map(({ data }) => data.buffer)).size).toBe(1)
  // Each may write the head of a part in front of the picture: it has to be the same one.
  expect(new Set(same.map(({ timestamp }) => timestamp)).size).toBe(1)
  for (const stop of stops) stop()
  for (const frames of seen.values()) for (const frame of frames) frame.release()
  expect(first.statistics().captured).toBeGreaterThan(0)
  await until(() => all.every((camera) => camera.statistics().pool.lent === 0))
})

test.each([
  ['width', { width: 1280 }, '640'],
  ['fps', { fps: 15 }, '30'],
  ['maxBitrate', { maxBitrate: 5 }, 'not set'],
] as const)('an option that differs is named: %s', async (name, options, is) => {
  const first = await open({ width: 640, height: 480 })
  const sequence = await sequenceOf(first)
  await expect(open(options)).rejects.toMatchObject({
    code: 'ERR_CAMERA_BUSY',
    message: expect.stringMatching(new RegExp(`option ${name} ${Object.values(options)[0]}.*option ${name} ${is}`)),
  })
  // The first one does not notice.
  expect(await sequenceOf(first)).toBeGreaterThan(sequence)
  expect(first.mode.width).toBe(640)
})

test('each has its own end; the camera stops with the last one, and can be opened anew in another way', async () => {
  const first = await open({ width: 640, height: 480 })
  const second = await open()
  const frames = second.frames()
  await first.close()
  expect(first.state.status).toBe('closed')
  expect(second.state.status).toBe('live')
  for (let i = 0; i < 3; i++) ((await frames.next()).value as Frame).release()
  await second.close()
  expect((await frames.next()).done).toBe(true)
  expect((await open({ width: 1280, height: 720 })).mode.width).toBe(1280)
})

test('nothing is encoded while none of them watches', async () => {
  const [first, second] = [await open({ width: 640, height: 480 }), await open()]
  const stop = second.subscribe(() => {})
  await until(() => first.statistics().encoded > 3)
  stop()
  const { captured } = first.statistics()
  await until(() => first.statistics().captured > captured + 5)
  const { encoded } = first.statistics()
  await until(() => first.statistics().captured > captured + 15)
  expect(second.statistics().encoded).toBe(encoded)
})

test('controls and changes of one are those of all', async () => {
  const first = await open({ width: 640, height: 480 })
  const second = await open()
  const sizes: number[] = []
  const stop = second.subscribe(({ width }) => sizes.push(width))
  await first.reconfigure({ width: 1280, height: 720, quality: 60 })
  await until(() => second.mode.width === 1280)
  expect(second.settings).toMatchObject({ width: 1280, height: 720, quality: 60 })
  await until(() => sizes.at(-1) === 1280)
  await second.reconfigure({ quality: 33 })
  await until(() => first.settings.quality === 33)
  await Promise.all([first.reconfigure({ width: 640, height: 480 }), second.still().then((still) => still.release())])
  await until(() => first.mode.width === 640 && second.mode.width === 640)
  sizes.length = 0
  await until(() => sizes.length > 3)
  const [control] = Object.values(first.controls)
  if (control) expect(second.controls[control.name]?.value).toEqual(control.value)
  expect(Object.keys(second.controls)).toEqual(Object.keys(first.controls))
  stop()
})

test('raw frames of one cost the other nothing, and both may have them', async () => {
  const first = await open({ width: 1280, height: 720, rawSize: '640x480' })
  const second = await open()
  const iterators = [first.frames({ format: 'nv12' }), second.frames({ format: 'nv12' })]
  for (const frames of iterators) {
    const frame = (await frames.next()).value as RawFrame
    expect(frame.width).toBe(640)
    frame.release()
  }
  await iterators[0]!.return()
  for (let i = 0; i < 3; i++) ((await iterators[1]!.next()).value as RawFrame).release()
  await iterators[1]!.return()
})

test('one who holds all that there is keeps no other from getting frames', async () => {
  const hoarder = await open({ width: 640, height: 480, slots: 8 })
  const other = await open()
  const held: Frame[] = []
  const frames = hoarder.frames()
  while (held.length < 20) held.push((await frames.next()).value as Frame)
  await sequenceOf(other)
  await sequenceOf(other)
  for (const frame of held) frame.release()
  await frames.return()
})

test('many who open and close at once', async () => {
  for (let round = 0; round < 5; round++) {
    const all = await Promise.all(Array.from({ length: 6 }, () => open()))
    await Promise.all(
      all.map(async (camera, i) => {
        await sequenceOf(camera)
        if (i % 2 === 0) await camera.close()
      }),
    )
    await Promise.all([...opened.splice(0).map((camera) => camera.close()), open().then((camera) => camera.close())])
  }
})

test('a fault reaches each of them, and each can open it again at once', async () => {
  const all = await Promise.all([0, 1, 2].map(() => open({ camera: webcams.id(0) })))
  const faults = all.map((camera) => new Promise<{ code: string }>((resolve) => camera.once('fault', resolve)))
  webcams.unplug(0)
  for (const { code } of await Promise.all(faults)) expect(code).toBe('ERR_CAMERA_UNPLUGGED')
  await webcams.plug(0)
  await until(async () => (await open({ camera: webcams.id(0) }).catch(() => undefined)) !== undefined, {
    timeout: 20_000,
  })
})

test('a LastingCamera and others share too; it comes back when they have left', async () => {
  const lasting = new LastingCamera({ camera: 'Virtual0', width: 640, height: 480 })
  opened.push(lasting)
  await lasting.start()
  const other = await open()
  expect(other.mode.width).toBe(640)
  await lasting.close()
  await sequenceOf(other)
})

test('the synthetic camera is no device: each opening is a camera of its own', async () => {
  const [first, second] = [
    await open({ camera: 'synthetic', width: 320, height: 240 }),
    await open({ camera: 'synthetic' }),
  ]
  expect([first.mode.width, second.mode.width]).toEqual([320, 1280])
  await Promise.all([sequenceOf(first), sequenceOf(second)])
})

test('the webcam is asked to stream once for all of them', async () => {
  const streams = () => readFileSync(`${webcams.folder}/cam0.log`, 'utf8').match(/STREAMON/g)?.length ?? 0
  const before = streams()
  const all = await Promise.all([0, 1, 2].map(() => open({ camera: webcams.id(0) })))
  await Promise.all(all.map((camera) => sequenceOf(camera)))
  expect(streams()).toBe(before + 1)
})
