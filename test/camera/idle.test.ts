import { afterEach, beforeEach, expect, test } from 'vitest'
import { LastingCamera, type LastingCameraOptions } from '../../lib/index.ts'
import { virtualCameras, Webcams } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

let webcams: Webcams
let virtual: Disposable
beforeEach(async () => {
  webcams = new Webcams()
  await webcams.plug(0)
  virtual = virtualCameras({ Virtual0: { supported_formats: [{ width: 640, height: 480, frame_rates: [30] }] } })
})
afterEach(() => {
  webcams[Symbol.dispose]()
  virtual[Symbol.dispose]()
})

const kinds = [
  { name: 'synthetic', camera: () => 'synthetic' },
  { name: 'virtual', camera: () => 'Virtual0' },
  { name: 'webcam', camera: () => webcams.id(0) },
]

async function asleep(options: LastingCameraOptions): Promise<LastingCamera> {
  const camera = new LastingCamera({ width: 640, height: 480, frameTimeout: 1000, idleSeconds: 0.2, ...options })
  await camera.start()
  expect(camera.state.status).toBe('live')
  await until(() => camera.state.status === 'idle')
  return camera
}

test.each(kinds)('$name: it sleeps while nobody watches, and the first frame wakes it', async ({ camera: which }) => {
  await using camera = await asleep({ camera: which() })
  const { captured } = camera.statistics()
  expect(camera.mode).toMatchObject({ width: 640, height: 480 })
  const asked = process.hrtime.bigint()
  const frame = await camera.frame({ maxAge: 0 })
  expect(frame.monotonic).toBeGreaterThan(asked)
  expect((await Picture.decode(frame.data)).isBlack()).toBe(false)
  frame.release()
  expect(camera.state.status).toBe('live')
  expect(captured).toBeGreaterThan(0)
  await until(() => camera.state.status === 'idle')
  // To sleep is no fault.
  expect(camera.restarts).toBe(0)
  expect(camera.restartReasons).toEqual({})
})

test.each(kinds)('$name: a subscription wakes it and keeps it awake', async ({ camera: which }) => {
  await using camera = await asleep({ camera: which() })
  let frames = 0
  const stop = camera.subscribe(() => frames++)
  await until(() => frames > 20)
  expect(camera.state.status).toBe('live')
  stop()
  await until(() => camera.state.status === 'idle')
})

test.each(kinds)('$name: stills, controls and settings wake it', async ({ camera: which }) => {
  await using camera = await asleep({ camera: which() })
  ;(await camera.still()).release()
  await until(() => camera.state.status === 'idle')
  await camera.reconfigure({ quality: 40, width: 640, height: 480 })
  expect(camera.settings.quality).toBe(40)
  await until(() => camera.state.status === 'idle')
  await camera.setControls({})
  expect(camera.state.status).toBe('live')
})

test('frames come only when the exposure has settled: a webcam that does not tell is given ten', async () => {
  await using camera = await asleep({ camera: webcams.id(0) })
  const frame = await camera.frame()
  expect(frame.sequence).toBeGreaterThanOrEqual(10)
  frame.release()
  expect(camera.statistics().unsettled).toBeGreaterThan(0)
})

test('unplugged in its sleep, whoever wakes it hears so, and it is found again', async () => {
  await using camera = await asleep({ camera: webcams.id(0) })
  webcams.unplug(0)
  await until(async () => {
    const frame = await camera.frame({ timeout: 50 }).catch(() => undefined)
    frame?.release()
    return camera.state.status === 'waiting'
  })
  await expect(camera.still()).rejects.toMatchObject({ code: expect.stringMatching(/ERR_NO_CAMERA|UNPLUGGED/) })
  await webcams.plug(0)
  ;(await camera.frame({ timeout: 15_000 })).release()
})

test('unplugged in its sleep, it is missed at once, and sleeps on when it is there again', async () => {
  await using camera = await asleep({ camera: webcams.id(0) })
  await webcams.plug(1)
  webcams.unplug(1)
  webcams.unplug(0)
  await until(() => camera.state.status === 'waiting')
  expect(camera.state.code).toMatch(/ERR_CAMERA_UNPLUGGED|ERR_NO_CAMERA/)
  await webcams.plug(0)
  await until(() => camera.state.status === 'idle', { timeout: 20_000 })
  expect(camera.restarts).toBe(0)
})

test('many who come at once wake it once, and closing it while it wakes is safe', async () => {
  const camera = await asleep({ camera: 'synthetic' })
  const frames = await Promise.all(Array.from({ length: 10 }, () => camera.frame()))
  for (const frame of frames) frame.release()
  await until(() => camera.state.status === 'idle')
  const stop = camera.subscribe(() => {})
  await camera.close()
  stop()
  expect(camera.state.status).toBe('closed')
  expect(camera.statistics().pool.lent).toBe(0)
})

test('a time that is none is refused', () => {
  expect(() => new LastingCamera({ idleSeconds: -1 })).toThrowError(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION' }),
  )
})
