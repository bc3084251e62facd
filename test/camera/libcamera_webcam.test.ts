import { afterEach, beforeEach, expect, test } from 'vitest'
import { withTrueCause } from '../../lib/camera/true_cause.ts'
import { LastingCamera, listCameras, openCamera, type Camera, type MioError } from '../../lib/index.ts'
import { pi4 } from '../kit/boards.ts'
import { Webcams } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { plant } from '../kit/planted_machine.ts'
import { until } from '../kit/until.ts'
import { webcamPicture, withoutHuffmanTables } from '../kit/webcam_pictures.ts'

let webcams: Webcams
beforeEach(async () => {
  webcams = new Webcams()
  await webcams.plug(0)
})
afterEach(() => webcams[Symbol.dispose]())

// Short, but longer than a busy machine makes a frame wait.
const quick = { width: 640, height: 480, frameTimeout: 1000 } as const
const open = (n = 0) => openCamera({ camera: webcams.id(n), ...quick })

/** The fault that ends a camera. */
const faultOf = (camera: Camera) =>
  new Promise<MioError>((resolve) => {
    camera.once('fault', resolve)
  })

async function worksAgain() {
  await using camera = await open()
  expect((await Picture.decode(await camera.snapshot())).isBlack()).toBe(false)
}

test('its own JPEGs arrive untouched, byte for byte', async () => {
  webcams.unplug(0)
  const jpeg = await webcamPicture(640, 480, 0.5)
  await webcams.plug(0, [jpeg])
  await using camera = await until(() => open().catch(() => undefined))
  expect((await camera.snapshot()).equals(jpeg)).toBe(true)
  const picture = await Picture.decode(jpeg)
  expect(picture.share('red', { left: 0, top: 0, right: 0.3, bottom: 0.3 })).toBeGreaterThan(0.95)
})

test('Huffman tables that the camera leaves out are added', async () => {
  webcams.unplug(0)
  const jpeg = await webcamPicture(640, 480, 0.5)
  const bare = withoutHuffmanTables(jpeg)
  await webcams.plug(0, [bare])
  await using camera = await until(() => open().catch(() => undefined))
  const got = await camera.snapshot()
  expect(got.length).toBeGreaterThan(bare.length)
  const picture = await Picture.decode(got)
  expect(picture.share('blue', { left: 0.7, top: 0, right: 1, bottom: 0.3 })).toBeGreaterThan(0.95)
})

test('controls arrive at the device', async () => {
  await using camera = await open()
  expect(camera.controls['Brightness']).toMatchObject({ type: 'float', min: -1 })
  await camera.setControls({ Brightness: 0.5 })
  // 0.5 of -1…1 is 32 of the device's own -64…64.
  await until(() => /CTRL Brightness 32/.test(webcams.log(0)))
  ;(await camera.frame({ maxAge: 0 })).release()
})

test('a control that the device refuses costs no buffer, nothing that is set beside it, and no later start', async () => {
  await using camera = await open()
  const refused = { ExposureTime: 20_000 } // while it exposes by itself
  // More often than it has buffers.
  for (let i = 0; i < 6; i++) {
    await camera.setControls(refused)
    ;(await camera.frame({ maxAge: 0 })).release()
  }
  await camera.setControls({ ...refused, Brightness: 0.5 })
  await until(() => /CTRL Brightness 32/.test(webcams.log(0)))
  await camera.setControls(refused)
  await camera.reconfigure({ width: 320, height: 240 })
  ;(await camera.frame({ maxAge: 0 })).release()
  await camera.setControls({ ExposureTimeMode: 1, ...refused })
  await until(() => /CTRL Exposure Time, Absolute 200/.test(webcams.log(0)))
  expect(camera.state.status).toBe('live')
})

test('a control that the device refuses is no reason not to open it', async () => {
  await using camera = new LastingCamera({
    camera: webcams.id(0),
    ...quick,
    controls: { ExposureTime: 20_000, Brightness: 0.5, Contrast: 1.2 },
  })
  await camera.start()
  expect(camera.state.status).toBe('live')
  ;(await camera.frame({ maxAge: 0 })).release()
  await until(() => /CTRL Brightness 32/.test(webcams.log(0)))
  await until(() => /CTRL Contrast 45/.test(webcams.log(0)))
})

test('unplugged in mid-stream: a named fault, and the same camera after replug', async () => {
  const camera = await open()
  const frames = camera.frames()
  ;(await frames.next()).value?.release()
  const fault = faultOf(camera)
  webcams.unplug(0)
  expect((await fault).code).toBe('ERR_CAMERA_UNPLUGGED')
  expect(camera.state).toMatchObject({ status: 'closed', code: 'ERR_CAMERA_UNPLUGGED' })
  const ended = async () => {
    for await (const frame of frames) frame.release()
  }
  await expect(ended()).rejects.toMatchObject({ code: 'ERR_CAMERA_UNPLUGGED' })
  await until(async () => (await listCameras()).length === 1)
  await webcams.plug(0)
  await until(async () => (await listCameras()).length === 2)
  await worksAgain()
})

test('the sizes that a webcam has are told, also while it streams', async () => {
  await using _streaming = await open()
  const [webcam] = await listCameras()
  const sizes = webcam!.pictures.map(({ format, width, height }) => `${format} ${width}x${height}`)
  const each = ['320x240', '640x480', '1280x720', '1920x1080']
  expect(sizes).toEqual(['MJPEG', 'NV12'].flatMap((format) => each.map((size) => `${format} ${size}`)))
})

test('a frame that is held while the camera is unplugged stays whole', async () => {
  const camera = await open()
  const frame = await camera.frame()
  const fault = faultOf(camera)
  webcams.unplug(0)
  await fault
  expect((await Picture.decode(frame.data)).width).toBe(640)
  frame.release()
  expect(camera.statistics().pool.lent).toBe(0)
})

test('stalled: no callback comes at all, and the own timeout notices', async () => {
  const camera = await open()
  const fault = faultOf(camera)
  webcams.stall(0, true)
  expect(await fault).toMatchObject({
    code: 'ERR_CAMERA_STALLED',
    message: expect.stringContaining('no picture at all'),
  })
  webcams.stall(0, false)
  await worksAgain()
})

test('stalled from the start: opening fails by name', async () => {
  webcams.stall(0, true)
  await expect(open()).rejects.toMatchObject({ code: 'ERR_CAMERA_STALLED' })
  webcams.stall(0, false)
  await worksAgain()
})

test('only broken frames end in a fault that says so', async () => {
  const camera = await open()
  const fault = faultOf(camera)
  webcams.error(0, true)
  expect(await fault).toMatchObject({
    code: 'ERR_CAMERA_STALLED',
    message: expect.stringContaining('marked as broken'),
  })
  webcams.error(0, false)
  await worksAgain()
})

test('truncated JPEGs are never handed out; only those end in a fault that says so', async () => {
  const camera = await open()
  const fault = faultOf(camera)
  let broken = 0
  camera.subscribe((frame) => {
    if (frame.data.subarray(-2).toString('hex') !== 'ffd9') broken++
  })
  webcams.short(0, true)
  expect(await fault).toMatchObject({ code: 'ERR_CAMERA_STALLED', message: expect.stringContaining('truncated') })
  expect(broken).toBe(0)
  expect(camera.statistics().errors.truncated).toBeGreaterThan(0)
  webcams.short(0, false)
  await worksAgain()
})

test('used by another program: busy', async () => {
  webcams.busy(0, true)
  await expect(open()).rejects.toMatchObject({ code: 'ERR_CAMERA_BUSY' })
  webcams.busy(0, false)
  await worksAgain()
})

test('no memory for its buffers is told apart, and on a Pi with little CMA it is that', async () => {
  webcams.noMemory(0, true)
  const error = await open().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'ERR_NO_BUFFERS' })
  const cma = { '/proc/meminfo': 'CmaTotal: 65536 kB\nCmaFree: 1024 kB\n' }
  {
    using machine = plant({ ...pi4, files: { ...pi4.files, ...cma } })
    expect(withTrueCause(error, { width: 4608, height: 2592 }, machine)).toMatchObject({ code: 'ERR_CMA_TOO_SMALL' })
  }
  webcams.noMemory(0, false)
  await worksAgain()
})

test('devices that must not be opened are a matter of permission, and named', async () => {
  webcams.denied(0, true)
  await expect(open()).rejects.toMatchObject({
    code: 'ERR_PERMISSION',
    message: expect.stringMatching(/\/dev\/media\d+.*group/),
  })
  webcams.denied(0, false)
  await until(() =>
    worksAgain()
      .then(() => true)
      .catch(() => false),
  )
})

test('one bad camera does not stop another', async () => {
  await webcams.plug(1)
  await until(async () => (await listCameras()).length === 3)
  const bad = await open(0)
  await using good = await open(1)
  const fault = faultOf(bad)
  webcams.stall(0, true)
  await fault
  const { captured } = good.statistics()
  await until(() => good.statistics().captured > captured + 5)
  expect(good.state.status).toBe('live')
})

test('stop at any moment: closed while it opens, while it streams, while it stalls', async () => {
  for (let i = 0; i < 10; i++) {
    const camera = await open()
    if (i % 3 === 0) (await camera.frame()).release()
    if (i % 3 === 1) webcams.stall(0, true)
    await Promise.all([camera.close(), camera.close()])
    webcams.stall(0, false)
  }
  await worksAgain()
})
