import { expect, test } from 'vitest'
import { LastingCamera } from '../../lib/index.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { HardwareEncoders } from '../kit/environment.ts'
import { startService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

const stalled = 12

/** Large pictures, so that a connection that nobody reads from is soon full. */
const options = { camera: 'synthetic', width: 1280, height: 720, fps: 15, quality: 95 } as const

test.each([
  ['v4l2-m2m', 31],
  ['turbojpeg', undefined],
] as const)('%s: twelve viewers that stop reading cost the others no frame', async (name, device) => {
  using _encoders = device && new HardwareEncoders(device)
  await using camera = new LastingCamera(options)
  await camera.start()
  expect(camera.encoder!.name).toBe(name)
  await using service = await startService({ sources: [camera], sendTimeout: 120_000 })
  const url = `${service.url}/stream.mjpg`
  const reports = () => hubOf(camera).clients()
  const opened: StreamClient[] = []
  const join = async (request?: { stalled: boolean }) => {
    opened.push(await StreamClient.open(url, request))
    return opened.at(-1)!
  }

  const readers = [await join(), await join()]
  // One after the other, so that each sticks to a frame of its own: the worst that they can do.
  for (let i = 0; i < stalled; i++) {
    await join({ stalled: true })
    await until(() => reports().at(-1)!.skipped > 0, { timeout: 30_000 })
  }
  const stuck = reports().slice(2)
  expect(stuck.length).toBe(stalled)
  const { pool, copied } = camera.statistics()
  expect(copied.frames, 'more was held than may be lent').toBeGreaterThan(0)
  expect(pool.lent, 'slots are left for the camera').toBeLessThan(pool.slots)

  // Each reader gets 45 frames in a row, all that there were. On a busy machine a reader may itself be late now and
  // then; if those that stall cost frames, there would be no such row.
  await until(
    async () => {
      const before = { ...camera.statistics(), reports: reports(), received: readers.map(({ received }) => received) }
      await until(() => camera.statistics().delivered >= before.delivered + 45, { timeout: 30_000 })
      const delivered = camera.statistics().delivered - before.delivered
      for (const [i, reader] of readers.entries()) {
        if (reports()[i]!.skipped > before.reports[i]!.skipped) return false
        // But for one that may be under way at either end.
        await until(() => reader.received - before.received[i]! >= delivered - 1)
      }
      return true
    },
    { timeout: 60_000, what: '45 frames in a row for each reader' },
  )
  expect(camera.statistics().dropped.noSlot).toBe(0)
  const metrics = await (await fetch(`${service.url}/metrics`)).text()
  expect(metrics).toMatch(/^motioninocean_frames_copied_total\{camera="synthetic"\} [1-9]\d*$/m)
  expect(metrics).toMatch(/^motioninocean_frames_copied_bytes_total\{camera="synthetic"\} [1-9]\d*$/m)
  expect(metrics).toMatch(/^motioninocean_pool_slots_lent\{camera="synthetic"\} [1-9]\d*$/m)
  expect(metrics).toMatch(/^motioninocean_frames_dropped_total\{camera="synthetic",reason="no_slot"\} 0$/m)
  // They have taken nothing meanwhile: each still holds the frame that it stuck to.
  expect(
    reports()
      .slice(2)
      .map(({ sent }) => sent),
  ).toEqual(stuck.map(({ sent }) => sent))

  await Promise.all(opened.map((client) => client[Symbol.asyncDispose]()))
  await until(() => hubOf(camera).viewers.size === 0)
  await until(() => camera.statistics().pool.lent === 0)
})
