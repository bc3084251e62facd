import { expect, test } from 'vitest'
import { openCamera } from '../../lib/index.ts'
import { Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

test('30 frames a second are 30.0', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240, fps: 30 })
  await until(() => camera.statistics().captured > 60)
  expect(camera.statistics().fps).toBeCloseTo(30, 1)
  expect(camera.mode.fps).toBe(30)
})

test('who comes first has the newest picture at once, not the next one', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240, fps: 1 })
  const asked = process.hrtime.bigint()
  const frame = await camera.frame({ maxAge: 1000 })
  expect(frame.monotonic).toBeLessThan(asked)
  frame.release()
  const later = await camera.frame({ maxAge: 0 })
  expect(later.monotonic).toBeGreaterThan(asked)
  later.release()
})

test('its colours are right, and Brightness changes them', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
  const right = { left: 0.86, top: 0.2, right: 1, bottom: 0.6 }
  const before = await Picture.decode(await camera.snapshot({ maxAge: 0 }))
  expect(before.share('blue', right)).toBeGreaterThan(0.9)
  await camera.setControls({ Brightness: 0.5 })
  const lit = before.mean(right).r + 40
  await until(async () => (await Picture.decode(await camera.snapshot({ maxAge: 0 }))).mean(right).r > lit)
})

test('mirroring and turning is done by the camera', async () => {
  const blueIsAt = async (options: { rotation?: 0 | 180; hflip?: boolean; vflip?: boolean }) => {
    await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480, ...options })
    const picture = await Picture.decode(await camera.snapshot())
    const middle = { top: 0.3, bottom: 0.5 }
    return picture.share('blue', { left: 0.9, right: 1, ...middle }) > 0.5 ? 'right' : 'left'
  }
  expect(await blueIsAt({})).toBe('right')
  expect(await blueIsAt({ hflip: true })).toBe('left')
  expect(await blueIsAt({ rotation: 180 })).toBe('left')
  expect(await blueIsAt({ vflip: true })).toBe('right')
  expect(await blueIsAt({ rotation: 180, hflip: true })).toBe('right')
})

test('quality can be changed while frames come', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480, quality: 95 })
  const fine = (await camera.snapshot()).length
  camera.setQuality(10)
  await until(async () => (await camera.snapshot({ maxAge: 0 })).length < fine / 2)
  expect(() => camera.setQuality(0)).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }))
})

test.each([1, 30])('a slow camera is not a stalled one: opened with %i fps', async (fps) => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240, fps, frameTimeout: 900 })
  await camera.reconfigure({ fps: 1 })
  const { captured } = camera.statistics()
  await until(() => camera.state.status === 'closed' || camera.statistics().captured >= captured + 4, {
    timeout: 20_000,
  })
  expect(camera.state).toMatchObject({ status: 'live' })
})

test('a picture of any age is waited for as long as it takes', async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
  expect((await camera.snapshot({ maxAge: Infinity, timeout: Infinity })).length).toBeGreaterThan(0)
  const stop = camera.subscribe(() => {})
  expect((await camera.snapshot({ maxAge: 1e308 })).length).toBeGreaterThan(0)
  stop()
})
