import { expect, test } from 'vitest'
import { type Camera, openCamera } from '../../lib/index.ts'
import { HardwareEncoders } from '../kit/environment.ts'
import { until } from '../kit/until.ts'

/** Megabits per second of the last second of pictures, by their own exposure times. */
function meter(camera: Camera): { rate: () => number } & Disposable {
  const frames: { bytes: number; time: number }[] = []
  const stop = camera.subscribe(({ data, monotonic }) => {
    frames.push({ bytes: data.length, time: Number(monotonic) / 1e9 })
  })
  return {
    rate() {
      const newest = frames.at(-1)?.time ?? 0
      const [first, ...second] = frames.filter(({ time }) => time > newest - 1)
      return (second.reduce((sum, { bytes }) => sum + bytes, 0) * 8e-6) / (newest - (first?.time ?? 0))
    },
    [Symbol.dispose]: stop,
  }
}

test.each([
  ['turbojpeg', undefined],
  ['v4l2-m2m', 31],
  ['v4l2-m2m', 11],
] as const)('%s %s keeps below the limit by quality, and raises it again', async (name, device) => {
  using _encoders = device && new HardwareEncoders(device)
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480, fps: 60, quality: 90 })
  expect(camera.encoder.name).toBe(name)
  using stream = meter(camera)
  await until(() => camera.statistics().delivered > 60)
  const free = stream.rate()
  expect(camera.statistics().quality).toBe(90)

  const limit = Math.round(free * 5) / 10
  await camera.reconfigure({ maxBitrate: limit })
  await until(() => stream.rate() <= limit * 1.02, { timeout: 20_000 })
  const before = camera.statistics()
  expect(before.quality).toBeLessThan(90)
  await until(() => camera.statistics().delivered > before.delivered + 90, { timeout: 20_000 })
  expect(stream.rate()).toBeLessThanOrEqual(limit * 1.05)
  // What is encoded counts; of that, a busy machine does not deliver all.
  const now = camera.statistics()
  const share = (now.delivered - before.delivered) / (now.encoded - before.encoded)
  expect(stream.rate() / share, 'quality is not thrown away').toBeGreaterThan(limit * 0.7)

  await camera.reconfigure({ maxBitrate: null })
  await until(() => camera.statistics().quality === 90, { timeout: 20_000 })
  await until(() => stream.rate() > free * 0.9, { timeout: 20_000 })
  expect(camera.settings.maxBitrate).toBeUndefined()
})
