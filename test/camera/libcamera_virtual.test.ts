import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listCameras, openCamera } from '../../lib/index.ts'
import { virtualCameras } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mio-test-'))
})
afterEach(() => {
  delete process.env['LCSHIM_DMA_HEAPS']
  delete process.env['LCSHIM_LOG']
  delete process.env['LCSHIM_FAIL_EVERY']
  delete process.env['LCSHIM_NO_UDMABUF']
  rmSync(folder, { recursive: true })
})

const one = { Virtual0: { supported_formats: [{ width: 640, height: 480, frame_rates: [30] }] } }

test("the bars have their colours: libcamera's limited range becomes JPEG's full range", async () => {
  using _ = virtualCameras({ Bars: { ...one.Virtual0, test_pattern: 'bars' } })
  await using camera = await openCamera({ camera: 'Bars', width: 640, height: 480, quality: 95 })
  const picture = await Picture.decode(await camera.snapshot())
  // From left to right. Taken for full range, white would be 235 and black 16.
  const bars = ['fff', 'ff0', '0ff', '0f0', 'f0f', 'f00', '00f', '000']
  for (const [i, bar] of bars.entries()) {
    const { r, g, b } = picture.pixel(40 + i * 80, 240)
    const seen = [r, g, b].map((part) => (part > 248 ? 'f' : part < 7 ? '0' : `<${part}>`)).join('')
    expect(seen, `bar ${i}`).toBe(bar)
  }
})

test('a size that the camera does not have is adjusted, and that is told', async () => {
  using _ = virtualCameras(one)
  await using camera = await openCamera({ camera: 0, width: 1920, height: 1080 })
  expect(camera.mode).toMatchObject({ width: 640, height: 480, format: 'NV12' })
  const frame = await camera.frame()
  expect([frame.width, frame.height]).toEqual([640, 480])
  frame.release()
})

test('what a camera offers is told, also while it is used', async () => {
  const formats = [
    { width: 640, height: 480, frame_rates: [30] },
    { width: 1280, height: 720, frame_rates: [30] },
  ]
  using _ = virtualCameras({ Several: { supported_formats: formats } })
  await using _used = await openCamera({ camera: 0, width: 640, height: 480 })
  const [camera] = await listCameras()
  const range = { width: 640, height: 480, upTo: { width: 1280, height: 720 } }
  expect(camera).toMatchObject({ pictures: [{ format: 'NV12', ...range }], sensorModes: [] })
})

test('several cameras run in one process, found by index, short name and id', async () => {
  using _ = virtualCameras({ First: one.Virtual0, Second: { ...one.Virtual0, test_pattern: 'bars' } })
  expect((await listCameras()).map(({ shortName, id }) => [shortName, id])).toEqual([
    ['cam0', 'First'],
    ['cam1', 'Second'],
    ['synthetic', 'synthetic'],
  ])
  await using first = await openCamera({ camera: 0, width: 640, height: 480 })
  await using second = await openCamera({ camera: 'cam1', width: 640, height: 480 })
  expect([first.id, second.id]).toEqual(['First', 'Second'])
  const frames = await Promise.all([first.frame(), second.frame()])
  for (const frame of frames) frame.release()
})

test('buffers come from the first dma-heap that opens, and reading is bracketed by DMA_BUF_IOCTL_SYNC', async () => {
  const log = join(folder, 'log')
  process.env['LCSHIM_DMA_HEAPS'] = 'linux,cma:system'
  process.env['LCSHIM_LOG'] = log
  using _ = virtualCameras(one)
  const camera = await openCamera({ camera: 0, width: 640, height: 480 })
  expect(camera.mode.memory).toBe('dma-heap linux,cma')
  expect((await Picture.decode(await camera.snapshot())).isBlack()).toBe(false)
  await camera.close()
  const lines = readFileSync(log, 'utf8').split('\n')
  const count = (word: RegExp) => lines.filter((line) => word.test(line)).length
  expect(count(/alloc.*linux,cma/i), 'and one for stills').toBe(camera.mode.bufferCount + 1)
  expect(count(/START/i)).toBeGreaterThan(0)
  expect(count(/START/i)).toBe(count(/END/i))
})

test('without a dma-heap the buffers are those of libcamera', async () => {
  process.env['LCSHIM_DMA_HEAPS'] = ''
  using _ = virtualCameras(one)
  await using camera = await openCamera({ camera: 0, width: 640, height: 480 })
  expect(camera.mode.memory).toBe('allocator')
})

test('when no buffers can be had, that is the error', async () => {
  process.env['LCSHIM_DMA_HEAPS'] = ''
  process.env['LCSHIM_NO_UDMABUF'] = '1'
  using _ = virtualCameras(one)
  await expect(openCamera({ camera: 0, width: 640, height: 480 })).rejects.toMatchObject({ code: 'ERR_NO_BUFFERS' })
})

test('frames that the camera marks as broken are counted and passed over', async () => {
  process.env['LCSHIM_FAIL_EVERY'] = '3'
  using _ = virtualCameras(one)
  await using camera = await openCamera({ camera: 0, width: 640, height: 480 })
  await until(() => camera.statistics().errors.marked >= 3)
  expect((await Picture.decode(await camera.snapshot())).isBlack()).toBe(false)
  expect(camera.state.status).toBe('live')
})

test('a camera that is not there is a named error', async () => {
  using _ = virtualCameras(one)
  await expect(openCamera({ camera: 5 })).rejects.toMatchObject({
    code: 'ERR_NO_CAMERA',
    message: expect.stringContaining('open camera "5"'),
  })
})
