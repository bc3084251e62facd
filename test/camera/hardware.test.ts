import { fstatSync, readdirSync, readlinkSync, readSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Camera, type CameraOptions, type EncoderInfo, type MioError, openCamera } from '../../lib/index.ts'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { type EncoderNumber, HardwareEncoders } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

const small = { camera: 'synthetic', width: 640, height: 480 } as const

let encoders: HardwareEncoders
let cameras: Camera[]
beforeEach(() => {
  encoders = new HardwareEncoders()
  cameras = []
})
afterEach(async () => {
  for (const camera of cameras) {
    await camera.close()
    expect(camera.statistics().pool.lent, 'slots still lent').toBe(0)
  }
  encoders[Symbol.dispose]()
})

async function open(options: CameraOptions = {}): Promise<Camera> {
  const camera = await openCamera({ ...small, ...options })
  cameras.push(camera)
  return camera
}

/** Takes `count` frames and hands each to `look`. */
async function take(camera: Camera, count: number, look: (frame: { sequence: number; monotonic: bigint }) => void) {
  for await (const frame of camera.frames()) {
    look(frame)
    frame.release()
    if (--count === 0) return
  }
}

/** The changes of encoder that a camera tells. */
function changesOf(camera: Pick<Camera, 'onEncoder'>): { now: EncoderInfo; fault: MioError | undefined }[] {
  const changes: { now: EncoderInfo; fault: MioError | undefined }[] = []
  camera.onEncoder((now, fault) => changes.push({ now, fault }))
  return changes
}

/** This process's descriptor of the memory with that inode. */
function descriptorOf(inode: string): number {
  const found = readdirSync('/proc/self/fd')
    .map(Number)
    .find((fd) => {
      try {
        return String(fstatSync(fd).ino) === inode
      } catch {
        return false
      }
    })
  if (found === undefined) throw new Error(`no descriptor of ${inode}`)
  return found
}

/** The memory that the camera's pictures lie in, as the device was given it. */
function picturesOf(encoder: EncoderNumber): Set<string | undefined> {
  return new Set(encoders.record(`video${encoder} QBUF raw `).map((line) => line.split(' ').at(-1)))
}

/** When the CPU is to read pixels, it must map them first. */
function mappedForReading(encoder: EncoderNumber): string[] {
  const pictures = picturesOf(encoder)
  return encoders.record('map ').filter((line) => line.endsWith(' r') && pictures.has(line.split(' ')[1]))
}

test('says which device encodes, how, and what was passed over', async () => {
  encoders.on(31, 'error')
  const camera = await open()
  expect(camera.encoder).toEqual({
    name: 'v4l2-m2m',
    reason: "a device takes the camera's pictures as they are",
    device: '/dev/video11 (bcm2835-codec-encode)',
    output: 'into slots in dma-heap linux,cma',
    bytesCopied: 0,
    fallbacks: 0,
    refusals: [{ device: '/dev/video31', why: 'its first picture was marked as broken' }],
  })
})

test('where no device encodes, the reasons are told', async () => {
  encoders.on(31, 'small')
  encoders.on(11, 'denied')
  const { encoder } = await open()
  expect(encoder).toMatchObject({ name: 'turbojpeg', device: undefined, output: 'by the CPU, straight into slots' })
  expect(encoder.refusals).toEqual([
    { device: '/dev/video11', why: 'it could not be opened: Permission denied (13)' },
    { device: '/dev/video31', why: 'it takes pictures from 32x32 to 320x240, not 640x480' },
  ])
  expect(encoder.reason).toContain('it takes pictures from 32x32 to 320x240, not 640x480')
})

test('a forced encoder is that one or an error with the reasons', async () => {
  expect((await open({ encoder: 'v4l2-m2m' })).encoder.name).toBe('v4l2-m2m')
  encoders.on(31, 'small')
  encoders.on(11, 'small')
  await expect(open({ encoder: 'v4l2-m2m' })).rejects.toMatchObject({
    code: 'ERR_ENCODER',
    message: expect.stringContaining('/dev/video11: it takes pictures from 32x32 to 320x240, not 640x480'),
  })
  encoders.forget()
  expect((await open({ encoder: 'turbojpeg' })).encoder.name).toBe('turbojpeg')
  expect(encoders.record('video')).toEqual([])
})

test.each([11, 31] as const)('device %i: the CPU reads no pixel and copies no byte', async (number) => {
  encoders.on(number === 11 ? 31 : 11, 'absent')
  const camera = await open()
  await take(camera, 20, () => {})
  await camera.close()
  expect(picturesOf(number).size).toBe(camera.mode.bufferCount)
  expect(mappedForReading(number)).toEqual([])
  expect(camera.statistics()).toMatchObject({ encoder: { bytesCopied: 0, fallbacks: 0 }, copied: { bytes: 0 } })
})

test('the JPEG that JavaScript sees is the memory that the device wrote into', async () => {
  const camera = await open()
  encoders.forget()
  const frame = await camera.frame()
  const written = encoders.record('video31 DQBUF coded ').map((line) => line.split(' ').at(-1)!)
  const inSlot = Buffer.alloc(frame.data.length)
  const slot = written.map(descriptorOf).find((fd) => {
    readSync(fd, inSlot, 0, inSlot.length, 0)
    return inSlot.equals(frame.data)
  })
  expect(slot, 'a slot that the device wrote holds this JPEG').toBeDefined()
  // The very same memory, not another copy: a byte changed here is changed there.
  const last = frame.data.length - 1
  frame.data[last] = 0x55
  readSync(slot!, inSlot, 0, 1, last)
  expect(inSlot[0]).toBe(0x55)
  frame.release()
})

test('by copy, each JPEG is copied once, and that is counted', async () => {
  encoders.on(31, 'no-import')
  const camera = await open()
  expect(camera.encoder.output).toContain('one copy into slots (VIDIOC_QBUF: Invalid argument (22))')
  const trial = camera.encoder.bytesCopied
  const sizes: number[] = []
  const stop = camera.subscribe((frame) => sizes.push(frame.data.length))
  await until(() => sizes.length >= 20)
  stop()
  const { encoded, encoder } = camera.statistics()
  // A picture may be counted a moment before or after its copy, and one may be copied and not seen.
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
  expect(Math.abs((encoder.bytesCopied - trial) / mean - encoded)).toBeLessThan(1.5)
  expect(camera.statistics().encoder.bytesCopied).toBe(camera.encoder.bytesCopied)
})

test('a camera that is closed has given all its memory back, whether or not garbage was collected', async () => {
  // By inode: devices have descriptors of their own of what they were given.
  const memory = () => {
    const inodes = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).includes('memfd:') ? fstatSync(Number(fd)).ino : undefined
      } catch {
        return undefined
      }
    })
    return new Set(inodes.filter((inode) => inode !== undefined)).size
  }
  await (await open()).close()
  const before = memory()
  for (let i = 0; i < 5; i++) {
    const camera = await open()
    await take(camera, 3, () => {})
    // Another size takes other slots.
    await camera.reconfigure({ width: 320, height: 240 })
    await take(camera, 3, () => {})
    expect(memory(), "the camera's buffers, one for stills, and the slots").toBe(
      before + camera.mode.bufferCount + 1 + camera.statistics().pool.slots,
    )
    await camera.close()
    expect(memory()).toBe(before)
  }
})

test('each frame keeps its number and its exposure time to the nanosecond', async () => {
  const camera = await open({ fps: 60 })
  const seen: { sequence: number; monotonic: bigint }[] = []
  await take(camera, 40, ({ sequence, monotonic }) => seen.push({ sequence, monotonic }))
  const [first] = seen
  for (const [i, { sequence, monotonic }] of seen.entries()) {
    if (i > 0) expect(sequence).toBeGreaterThan(seen[i - 1]!.sequence)
    // The synthetic camera exposes each picture exactly when its number says.
    const beats = sequence - first!.sequence
    expect(Math.abs(Number(monotonic - first!.monotonic) - (beats * 1e9) / 60)).toBeLessThanOrEqual(2)
  }
})

test('the colours of a full-range camera are right', async () => {
  await using byCpu = await openCamera({ ...small, encoder: 'turbojpeg' })
  const camera = await open()
  const [one, other] = await Promise.all([
    Picture.decode(await camera.snapshot()),
    Picture.decode(await byCpu.snapshot()),
  ])
  for (const region of [
    { left: 0.02, top: 0.3, right: 0.1, bottom: 0.5 },
    { left: 0.9, top: 0.3, right: 1, bottom: 0.5 },
  ]) {
    const [a, b] = [one.mean(region), other.mean(region)]
    for (const channel of ['r', 'g', 'b'] as const) expect(Math.abs(a[channel] - b[channel])).toBeLessThan(6)
  }
})

test('the camera goes on while the device hangs', async () => {
  const camera = await open()
  const stop = camera.subscribe(() => {})
  await until(() => camera.statistics().encoded > 3)
  encoders.on(31, 'stall')
  encoders.on(11, 'stall')
  const { captured } = camera.statistics()
  // More than there are buffers: those that the device does not have come back.
  await until(() => camera.statistics().captured > captured + 3 * camera.mode.bufferCount)
  await until(() => camera.encoder.name === 'turbojpeg')
  stop()
})

test('a failure is told once with its code and reason, and so is the return', async () => {
  encoders.on(11, 'absent')
  const camera = await open()
  const changes = changesOf(camera)
  const stop = camera.subscribe(() => {})
  await until(() => camera.statistics().encoded > 3)
  encoders.on(31, 'io-error')
  await until(() => changes.length > 0)
  expect(camera.encoder).toMatchObject({ name: 'turbojpeg', device: undefined, fallbacks: 1 })
  expect(camera.encoder.reason).toContain('/dev/video31 (bcm2835-codec-encode_image): VIDIOC_QBUF: Input/output error')
  const { encoded } = camera.statistics()
  await until(() => camera.statistics().encoded > encoded + 10)
  expect(mappedForReading(31), 'now the CPU reads them').not.toEqual([])
  encoders.off(31, 'io-error')
  await until(() => changes.length > 1, { timeout: 20_000 })
  expect(camera.encoder.name).toBe('v4l2-m2m')
  expect(camera.statistics().encoder.fallbacks).toBe(1)
  stop()
  expect(changes.map(({ now, fault }) => [now.name, fault?.code])).toEqual([
    ['turbojpeg', 'ERR_ENCODER'],
    ['v4l2-m2m', undefined],
  ])
  expect(changes[0]!.fault!.message).toMatch(/Input\/output error \(5\)\. The CPU encodes meanwhile/)
  expect(camera.state.status).toBe('live')
})

test('each failure is told as one, and no counter falls, when the camera is set up anew in between', async () => {
  encoders.on(11, 'absent')
  const camera = await open()
  const changes = changesOf(camera)
  const stop = camera.subscribe(() => {})
  for (const [round, setUpAnew] of [
    () => camera.reconfigure({ width: 320, height: 240 }),
    () => camera.still(),
  ].entries()) {
    encoders.on(31, 'io-error')
    await until(() => changes.length === 2 * round + 1)
    encoders.off(31, 'io-error')
    // Perhaps the hardware has been tried again meanwhile; in any case it is there afterwards.
    const made = await setUpAnew()
    made?.release()
    await until(() => changes.length === 2 * round + 2)
    expect(camera.statistics().encoder.fallbacks).toBe(round + 1)
  }
  await camera.reconfigure({ encoder: 'turbojpeg' })
  stop()
  expect(changes.map(({ now, fault }) => [now.name, now.fallbacks, fault?.code])).toEqual([
    ['turbojpeg', 1, 'ERR_ENCODER'],
    ['v4l2-m2m', 1, undefined],
    ['turbojpeg', 2, 'ERR_ENCODER'],
    ['v4l2-m2m', 2, undefined],
    ['turbojpeg', 2, undefined],
  ])
})

test('a lasting camera passes it all on', async () => {
  await using camera = new LastingCamera(small)
  expect(camera.encoder).toBeUndefined()
  const changes = changesOf(camera)
  await camera.start()
  expect(camera.encoder).toMatchObject({ name: 'v4l2-m2m', fallbacks: 0 })
  const stop = camera.subscribe(() => {})
  encoders.on(31, 'gone')
  encoders.on(11, 'gone')
  await until(() => changes.length > 0)
  stop()
  expect(changes[0]!.fault?.code).toBe('ERR_ENCODER')
  expect(camera.encoder).toMatchObject({ name: 'turbojpeg', fallbacks: 1 })
})
