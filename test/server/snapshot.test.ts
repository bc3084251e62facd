import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { PictureJobs } from '../../lib/server/picture_jobs.ts'
import { monotonicNow } from '../../lib/stream/clock.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'

let pictures: Buffer[]
let source: ScriptedSource
let service: TestService

beforeAll(async () => {
  pictures = await Promise.all([1, 2].map((seed) => makeJpeg({ seed })))
})

beforeEach(async () => {
  source = new ScriptedSource(pictures)
  service = await startService({ sources: [source] })
})

afterEach(async () => {
  await service.close()
  await vi.waitFor(() => expect(source.lent).toBe(0))
})

async function snapshot(query: string, path = '/snapshot.jpg') {
  using _run = source.run()
  const answer = await fetch(`${service.url}${path}?${query}`)
  const data = Buffer.from(await answer.arrayBuffer())
  return { status: answer.status, type: answer.headers.get('content-type'), headers: answer.headers, data }
}

test.each([
  ['width=160', 'jpeg', 160, 120],
  ['height=60', 'jpeg', 80, 60],
  ['width=100&height=100', 'jpeg', 100, 75],
  ['width=4000', 'jpeg', 320, 240],
  ['rotate=90', 'jpeg', 240, 320],
  ['rotate=180', 'jpeg', 320, 240],
  ['rotate=270&width=120', 'jpeg', 120, 160],
  ['quality=10', 'jpeg', 320, 240],
  ['format=webp&width=64', 'webp', 64, 48],
  ['format=png&width=64', 'png', 64, 48],
  ['format=avif&width=64', 'heif', 64, 48],
  ['format=jpg', 'jpeg', 320, 240],
  ['width=160&bypassCache=12&_=3', 'jpeg', 160, 120],
])('?%s', async (query, format, width, height) => {
  const { status, type, headers, data } = await snapshot(query)
  expect({ status, type }).toEqual({ status: 200, type: `image/${format === 'heif' ? 'avif' : format}` })
  expect(await sharp(data).metadata()).toMatchObject({ format, width, height })
  expect(headers.get('content-length')).toBe(String(data.length))
  expect(headers.get('cache-control')).toBe('no-store, no-transform')
  expect(headers.get('x-timestamp')).toMatch(/^\d+\.\d{6}$/)
})

test('a turn is clockwise, and comes after the one that Exif asks for', async () => {
  const halves = await sharp({ create: { width: 64, height: 32, channels: 3, background: 'black' } })
    .composite([{ input: { create: { width: 32, height: 32, channels: 3, background: 'white' } }, left: 0, top: 0 }])
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer()
  source = new ScriptedSource([halves])
  await service.close()
  service = await startService({ sources: [source] })
  // As it lies: white on the left. By Exif, a quarter clockwise: white on top. And one more: white on the right.
  const { data } = await snapshot('rotate=90')
  const { data: pixels, info } = await sharp(data).greyscale().raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 64, height: 32 })
  expect(pixels[16 * 64 + 8]).toBeLessThan(50)
  expect(pixels[16 * 64 + 56]).toBeGreaterThan(200)
})

test.each([
  ['width=15', '16 to 8192'],
  ['width=9000', '16 to 8192'],
  ['width=', '16 to 8192'],
  ['width=a', '16 to 8192'],
  ['width=100.5', '16 to 8192'],
  ['width=100&width=200', '16 to 8192'],
  ['quality=0', '1 to 100'],
  ['format=gif', 'jpeg, webp, avif or png'],
  ['rotate=45', '0, 90, 180 or 270'],
  ['max_age=-1', '0 or more milliseconds'],
])('?%s is refused with what is allowed', async (query, allowed) => {
  const { status, data } = await snapshot(query)
  expect(status).toBe(400)
  expect(JSON.parse(data.toString())).toMatchObject({
    code: 'ERR_BAD_REQUEST',
    message: expect.stringContaining(allowed) as string,
  })
})

test('HEAD answers at once, without a picture', async () => {
  const answer = await fetch(`${service.url}/snapshot.jpg?format=webp&width=100`, { method: 'HEAD' })
  expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
    status: 200,
    type: 'image/webp',
  })
  expect(source.captured).toBe(0)
})

test('equal requests in flight share one picture, and others do not', async () => {
  const asked = ['width=64', 'width=64', 'width=64', 'width=96'].map((query) =>
    fetch(`${service.url}/snapshot.jpg?${query}`),
  )
  // Two frames are waited for, and not four.
  await vi.waitFor(() => expect(source.subscribers).toBe(2))
  source.emit(monotonicNow())
  const [first, second, third, other] = await Promise.all(
    (await Promise.all(asked)).map(async (answer) => Buffer.from(await answer.arrayBuffer())),
  )
  expect(second!.equals(first!)).toBe(true)
  expect(third!.equals(first!)).toBe(true)
  expect((await sharp(other).metadata()).width).toBe(96)
})

test('a picture exposed before the request is not shared when it must not be', async () => {
  const jobs = new PictureJobs(4)
  let emitted = 0
  const take = async () => {
    emitted++
    const frame = source.frame()
    source.emit(monotonicNow())
    return frame
  }
  const wish = { of: 'x', conversion: { width: 64 }, take }
  await Promise.all([jobs.picture({ ...wish, maxAge: 60_000 }), jobs.picture({ ...wish, maxAge: 60_000 })])
  expect(emitted).toBe(1)
  const first = jobs.picture({ ...wish, maxAge: 0 })
  await vi.waitFor(() => expect(emitted).toBe(2))
  // The first one's frame is exposed already; these two want a later one, and can share that.
  await Promise.all([first, jobs.picture({ ...wish, maxAge: 0 }), jobs.picture({ ...wish, maxAge: 0 })])
  expect(emitted).toBe(3)
})

test('as many as allowed are converted at once, the others wait, and not for ever', async () => {
  const jobs = new PictureJobs(2, 200)
  let running = 0
  let most = 0
  const release: (() => void)[] = []
  const wish = (width: number) => ({
    of: 'x',
    maxAge: 0,
    conversion: { width },
    async take() {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => release.push(resolve))
      running--
      const frame = source.frame()
      source.emit(monotonicNow())
      return frame
    },
  })
  const early = [jobs.picture(wish(16)), jobs.picture(wish(17))]
  const late = jobs.picture(wish(18))
  await expect(late).rejects.toMatchObject({ code: 'ERR_BUSY' })
  expect({ running, most }).toEqual({ running: 2, most: 2 })
  const next = jobs.picture(wish(19))
  for (const go of release) go()
  await Promise.all(early)
  await vi.waitFor(() => expect(release).toHaveLength(3))
  release[2]!()
  await next
  expect(most).toBe(2)
})

test('the queue has an end', async () => {
  const jobs = new PictureJobs(1, 60_000)
  const never = { of: 'x', maxAge: 0, take: () => new Promise<never>(() => {}) }
  const all = Array.from({ length: 65 }, (_, i) => jobs.picture({ ...never, conversion: { width: 16 + i } }))
  for (const one of all) one.catch(() => {})
  await expect(jobs.picture({ ...never, conversion: { width: 100 } })).rejects.toMatchObject({ code: 'ERR_BUSY' })
})

test('what sharp cannot read is an answer and not an end', async () => {
  source = new ScriptedSource([Buffer.from('no picture')])
  await service.close()
  service = await startService({ sources: [source] })
  const { status, data } = await snapshot('width=64')
  expect({ status, body: JSON.parse(data.toString()) as unknown }).toMatchObject({
    status: 503,
    body: { code: 'ERR_PICTURE' },
  })
})

test('/still.jpg is the full picture, converted as wanted', async () => {
  const { data } = await snapshot('', '/still.jpg')
  expect((await sharp(data).metadata()).width).toBe(320)
  expect((await sharp((await snapshot('width=64', '/cameras/cam0/still.jpg')).data).metadata()).width).toBe(64)
})

test('pictures that a camera does not give keep nobody waiting for those of another', async () => {
  const [lost, well] = [new ScriptedSource(pictures, { id: 'lost' }), new ScriptedSource(pictures, { id: 'well' })]
  await using cameras = await startService({ sources: [lost, well], snapshotJobs: 1 })
  const stop = new AbortController()
  const asked = ['snapshot.jpg?width=100', 'snapshot.jpg?width=101', 'still.jpg?width=102'].map(async (path) =>
    fetch(`${cameras.url}/cameras/lost/${path}`, { signal: stop.signal }).catch(() => {}),
  )
  await vi.waitFor(() => expect(lost.subscribers).toBe(1))
  using _run = well.run()
  expect((await fetch(`${cameras.url}/cameras/well/snapshot.jpg?width=100`)).status).toBe(200)
  stop.abort()
  lost.emit()
  await Promise.all(asked)
})
