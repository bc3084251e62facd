import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { listCameras, openCamera, type Camera, type CameraOptions, type Frame } from '../../lib/index.ts'
import { differs, Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'
import type { CameraKind } from './camera_kind.ts'
import { noRawContract, rawContract } from './raw_contract.ts'

/**
 * What every camera promises, whatever stands behind it. One kind in a test file: libcamera's virtual
 * pipeline reads its configuration once in a process.
 */
export function cameraContract(kind: CameraKind): void {
  describe(`a ${kind.name} camera`, () => {
    const opened: Camera[] = []

    beforeAll(() => kind.setUp())
    afterAll(() => kind.tearDown())
    afterEach(async () => {
      for (const camera of opened.splice(0)) {
        await camera.close()
        expect(camera.statistics().pool.lent, 'slots still lent').toBe(0)
        expect(camera.statistics().raw.lent, 'slots of raw frames still lent').toBe(0)
      }
    })

    async function open(options?: CameraOptions): Promise<Camera> {
      const camera = await openCamera({ camera: kind.camera, width: 640, height: 480, ...options })
      opened.push(camera)
      return camera
    }

    test('is listed with an id that is safe in a URL', async () => {
      const found = (await listCameras()).find(({ backendId }) => backendId === kind.camera)
      expect(found).toBeDefined()
      expect(found?.id).toMatch(/^[A-Za-z0-9._-]+$/)
      expect(found?.backend).toBe(kind.backend)
    })

    test('opens live and tells how it is really set', async () => {
      const camera = await open()
      expect(camera.state.status).toBe('live')
      expect(camera.mode).toMatchObject({ width: 640, height: 480 })
      expect(camera.mode.bufferCount).toBeGreaterThan(1)
      expect(camera.encoder.name).toBe(kind.encoder)
      expect(camera.encoder.reason).not.toBe('')
      expect(camera.statistics().captured).toBeGreaterThan(0)
    })

    test('gives whole pictures of the size asked for, in order, that change', async () => {
      for (const [width, height] of kind.sizes) {
        const camera = await open({ width, height })
        const jpegs: Buffer[] = []
        let last = { sequence: -1, timestamp: 0, monotonic: 0n }
        for await (const frame of camera.frames()) {
          expect(frame.sequence).toBeGreaterThan(last.sequence)
          expect(frame.timestamp).toBeGreaterThan(last.timestamp)
          expect(frame.monotonic).toBeGreaterThan(last.monotonic)
          expect([frame.width, frame.height]).toEqual([width, height])
          // The exposure was just now, on both clocks.
          expect(Math.abs(Date.now() - frame.timestamp)).toBeLessThan(5000)
          expect(Number(process.hrtime.bigint() - frame.monotonic)).toBeLessThan(5e9)
          last = { sequence: frame.sequence, timestamp: frame.timestamp, monotonic: frame.monotonic }
          jpegs.push(frame.copy())
          frame.release()
          if (jpegs.length === 10) break
        }
        const pictures = await Promise.all(jpegs.map((jpeg) => Picture.decode(jpeg)))
        for (const picture of pictures) {
          expect([picture.width, picture.height]).toEqual([width, height])
          expect(picture.isBlack()).toBe(false)
        }
        expect(pictures.some((picture) => differs(picture, pictures[0] as Picture))).toBe(true)
        await camera.close()
      }
    })

    test('lends one picture to several holders without a copy', async () => {
      const camera = await open()
      const frame = await camera.frame()
      const second = frame.retain()
      expect(second.data.buffer).toBe(frame.data.buffer)
      expect(second.data.byteOffset).toBe(frame.data.byteOffset)
      frame.release()
      expect(second.data.subarray(0, 2).toString('hex')).toBe('ffd8')
      second.release()
      expect(camera.statistics().copied).toEqual({ frames: 0, bytes: 0 })
    })

    test('has room around a picture for the part of a stream that it becomes', async () => {
      const camera = await open()
      const tail = Buffer.from('tail')
      const frame = await camera.frame()
      using _ = frame
      const jpeg = frame.copy()
      const part = frame.loan().enclosed('head', tail)
      expect(part).toEqual(Buffer.concat([Buffer.from('head'), jpeg, tail]))
      expect(part.buffer).toBe(frame.data.buffer)
      expect(part.byteOffset).toBe(frame.data.byteOffset - 4)
      expect(frame.data.equals(jpeg)).toBe(true)
      // What has no room there is copied.
      const long = '.'.repeat(100_000)
      expect(frame.loan().enclosed(long, tail)).toEqual(Buffer.concat([Buffer.from(long), jpeg, tail]))
    })

    test('writes into the same few slots all the time', async () => {
      const camera = await open()
      const memory = new Set<ArrayBufferLike>()
      let count = 0
      for await (const frame of camera.frames()) {
        memory.add(frame.data.buffer)
        frame.release()
        if (++count === 30) break
      }
      expect(memory.size).toBeLessThanOrEqual(camera.statistics().pool.slots)
      expect(camera.statistics().copied.frames).toBe(0)
    })

    test('a released frame says so, and releasing twice does nothing', async () => {
      const camera = await open()
      const frame = await camera.frame()
      const copy = frame.copy()
      frame.release()
      frame.release()
      expect(() => frame.data).toThrowError(expect.objectContaining({ code: 'ERR_FRAME_RELEASED' }))
      expect(() => frame.retain()).toThrowError(expect.objectContaining({ code: 'ERR_FRAME_RELEASED' }))
      expect((await Picture.decode(copy)).width).toBe(640)
    })

    test('encodes nothing while nobody watches', async () => {
      const camera = await open()
      const { captured } = camera.statistics()
      await until(() => camera.statistics().captured > captured + 5)
      expect(camera.statistics().encoded).toBe(0)
      ;(await camera.frame()).release()
      expect(camera.statistics().encoded).toBeGreaterThan(0)
    })

    test('serves several consumers at once, each with the newest frame', async () => {
      const camera = await open()
      const fast = camera.frames()
      const slow = camera.frames()
      const first = (await slow.next()).value as Frame
      let newest = first.sequence
      first.release()
      while (newest < first.sequence + 10) {
        const frame = (await fast.next()).value as Frame
        newest = frame.sequence
        frame.release()
      }
      // The slow one has missed many, and holds no queue of them.
      const next = (await slow.next()).value as Frame
      expect(next.sequence).toBeGreaterThanOrEqual(newest - 1)
      next.release()
      await fast.return()
      await slow.return()
      await until(() => camera.statistics().pool.lent === 0)
    })

    test('a consumer that holds many frames costs copies, and the camera goes on', async () => {
      const camera = await open({ slots: 8 })
      const held: Frame[] = []
      const frames = camera.frames()
      while (held.length < 20) held.push((await frames.next()).value as Frame)
      const statistics = camera.statistics()
      expect(statistics.copied.frames).toBeGreaterThan(0)
      expect(statistics.dropped.noSlot).toBe(0)
      // All of them are still what they were.
      for (const frame of held) expect(frame.data.subarray(0, 2).toString('hex')).toBe('ffd8')
      expect(held.some((frame) => frame.copied)).toBe(true)
      // Copies have room around them too.
      for (const frame of held)
        expect(frame.loan().enclosed('head', Buffer.from('tail')).buffer).toBe(frame.data.buffer)
      for (const frame of held) frame.release()
      await frames.return()
      await until(() => camera.statistics().pool.lent === 0)
    })

    test('a snapshot with maxAge 0 was exposed after the request', async () => {
      const camera = await open()
      const stop = camera.subscribe(() => {})
      for (let i = 0; i < 5; i++) {
        const asked = process.hrtime.bigint()
        const frame = await camera.frame({ maxAge: 0 })
        expect(frame.monotonic).toBeGreaterThanOrEqual(asked)
        frame.release()
      }
      stop()
      expect((await Picture.decode(await camera.snapshot())).height).toBe(480)
    })

    test('a held frame stays readable after close', async () => {
      const camera = await open()
      const frame = await camera.frame()
      await camera.close()
      expect((await Picture.decode(frame.data)).width).toBe(640)
      frame.release()
    })

    test('closing ends every iteration, and using it then says that it is closed', async () => {
      const camera = await open()
      const frames = camera.frames()
      ;((await frames.next()).value as Frame).release()
      const last = frames.next().then((next) => next.done || next.value.release())
      await camera.close()
      await last
      expect((await frames.next()).done).toBe(true)
      expect(() => camera.frames()).toThrowError(expect.objectContaining({ code: 'ERR_CAMERA_CLOSED' }))
      await expect(camera.snapshot()).rejects.toMatchObject({ code: 'ERR_CAMERA_CLOSED' })
      await expect(camera.setControls({})).rejects.toMatchObject({ code: 'ERR_CAMERA_CLOSED' })
      await camera.close()
    })

    test('can be opened again and again', async () => {
      for (let i = 0; i < 5; i++) {
        const camera = await open()
        ;(await camera.frame()).release()
        await camera.close()
      }
    })

    test('a second opener shares it, and each ends for itself', async () => {
      const camera = await open()
      const second = await openCamera({ camera: kind.camera })
      opened.push(second)
      expect(second.settings.width).toBe(kind.shared ? 640 : 1280)
      const [one, other] = await Promise.all([camera.frame({ maxAge: 0 }), second.frame({ maxAge: 0 })])
      one.release()
      other.release()
      await camera.close()
      ;(await second.frame({ maxAge: 0 })).release()
    })

    test('tells its controls and refuses what does not fit, changing nothing', async () => {
      const camera = await open()
      for (const control of Object.values(camera.controls)) {
        expect(control.name).not.toBe('')
        expect(control.type).toMatch(/boolean|integer|float|string|rectangle|size|point/)
      }
      await expect(camera.setControls({ NoSuchControl: 1 })).rejects.toMatchObject({ code: 'ERR_UNKNOWN_CONTROL' })
      const number = Object.values(camera.controls).find((c) => c.type === 'float' && typeof c.max === 'number')
      if (number) {
        const tooMuch = (number.max as number) + 1
        await expect(camera.setControls({ [number.name]: tooMuch })).rejects.toMatchObject({
          code: 'ERR_INVALID_OPTION',
          message: expect.stringContaining(number.name),
        })
      }
    })

    test('tells what is in force of each control, and goes back to the defaults', async () => {
      const camera = await open()
      const number = Object.values(camera.controls).find(({ name }) => name === 'Brightness')
      if (!number) return
      expect(number.value).toBe(number.default)
      await camera.setControls({ [number.name]: 0.25 })
      expect(camera.controls[number.name]?.value).toBe(0.25)
      await camera.resetControls()
      expect(camera.controls[number.name]?.value).toBe(number.default)
    })

    test('quality changes while it runs; what is not allowed changes nothing', async () => {
      const camera = await open()
      expect(camera.settings).toMatchObject({ width: 640, height: 480, quality: 80 })
      await camera.reconfigure({ quality: 30 })
      expect(camera.settings.quality).toBe(30)
      await expect(camera.reconfigure({ quality: 200 })).rejects.toMatchObject({
        code: 'ERR_INVALID_OPTION',
        message: expect.stringContaining('quality'),
      })
      await expect(camera.reconfigure({ nonsense: 1 } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' })
      expect(camera.settings.quality).toBe(30)
    })

    test('size, mirror and rotation change with all who watch kept', async () => {
      const camera = await open()
      const sizes: string[] = []
      const stop = camera.subscribe((frame) => sizes.push(`${frame.width}x${frame.height}`))
      await until(() => sizes.length > 3)
      const held = await camera.frame()
      const [width, height] = kind.sizes[1]!
      await camera.reconfigure({ width, height, vflip: true })
      expect(camera.mode).toMatchObject({ width, height })
      expect(camera.settings).toMatchObject({ width, height, vflip: true, hflip: false })
      await until(() => sizes.slice(-3).every((size) => size === `${width}x${height}`))
      await camera.reconfigure({ width: 640, height: 480, vflip: false })
      await until(() => sizes.at(-1) === '640x480')
      // A frame of before lives in a pool of before.
      expect((await Picture.decode(held.data)).width).toBe(640)
      held.release()
      stop()
      expect((await Picture.decode(await camera.snapshot())).isBlack()).toBe(false)
    })

    test('the frame rate changes', async () => {
      const camera = await open({ fps: 30 })
      const times: { sequence: number; time: number }[] = []
      const stop = camera.subscribe(({ sequence, monotonic }) =>
        times.push({ sequence, time: Number(monotonic) / 1e6 }),
      )
      await until(() => times.length > 3)
      const { captured } = camera.statistics()
      await camera.reconfigure({ fps: 10 })
      expect(camera.settings.fps).toBe(10)
      if (kind.setsFrameRate) expect(camera.mode.fps).toBeCloseTo(camera.backend === 'synthetic' ? 10 : 30, 0)
      else expect(camera.mode.fps).toBe(0)
      if (camera.backend === 'synthetic') {
        times.length = 0
        await until(() => times.length > 6)
        const [first, last] = [times[2]!, times.at(-1)!]
        // On a busy machine some may be missing.
        expect((last.time - first.time) / (last.sequence - first.sequence)).toBeCloseTo(100, 0)
      }
      await until(() => camera.statistics().captured > captured)
      stop()
    })

    test('a change that fails leaves everything as it was, and is told', async () => {
      const camera = await open()
      let frames = 0
      const stop = camera.subscribe(() => frames++)
      await until(() => frames > 3)
      const before = camera.mode
      const encoder = kind.encoder === 'passthrough' ? 'v4l2-m2m' : 'passthrough'
      await expect(camera.reconfigure({ width: 1280, height: 720, encoder })).rejects.toMatchObject({
        code: expect.stringMatching(/ERR_ENCODER|ERR_CAMERA_CONFIG/),
      })
      expect(camera.settings).toMatchObject({ width: 640, height: 480, encoder: 'auto' })
      expect(camera.mode).toEqual(before)
      expect(camera.state.status).toBe('live')
      frames = 0
      await until(() => frames > 3)
      stop()
    })

    test('gives a still in full size while the stream runs, and the stream goes on', async () => {
      const camera = await open()
      expect(camera.mode.still).toBe(kind.still)
      let frames = 0
      const stop = camera.subscribe((frame) => {
        expect(frame.width).toBe(640)
        frames++
      })
      await until(() => frames > 3)
      for (let i = 0; i < 3; i++) {
        const asked = process.hrtime.bigint()
        const still = await camera.still()
        const [width, height] = kind.fullSize
        expect([still.width, still.height]).toEqual([width, height])
        expect(still.monotonic).toBeGreaterThan(asked - 100_000_000n)
        expect(Math.abs(Date.now() - still.timestamp)).toBeLessThan(10_000)
        const picture = await Picture.decode(still.data)
        expect([picture.width, picture.height]).toEqual([width, height])
        expect(picture.isBlack()).toBe(false)
        still.release()
        frames = 0
        await until(() => frames > 3)
      }
      expect(camera.mode).toMatchObject({ width: 640, height: 480 })
      expect(camera.state.status).toBe('live')
      stop()
    })

    test('gives a still while nobody watches, and several who ask at once get one each', async () => {
      const camera = await open()
      const stills = await Promise.all([camera.still(), camera.still(), camera.reconfigure({ quality: 50 })])
      for (const still of stills) {
        if (!still) continue
        expect(still.width).toBe(kind.fullSize[0])
        still.release()
      }
      expect(camera.statistics().encoded).toBe(0)
    })

    test('closing ends a still and a change that are under way', async () => {
      const camera = await open()
      const still = camera.still().then(
        (frame) => frame.release(),
        (error: unknown) => expect(error).toMatchObject({ code: 'ERR_CAMERA_CLOSED' }),
      )
      const change = camera.reconfigure({ width: 1280, height: 720 }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'ERR_CAMERA_CLOSED' })
      })
      await camera.close()
      await Promise.all([still, change])
      await expect(camera.still()).rejects.toMatchObject({ code: 'ERR_CAMERA_CLOSED' })
      await expect(camera.reconfigure({ fps: 5 })).rejects.toMatchObject({ code: 'ERR_CAMERA_CLOSED' })
    })

    test('says that it has no autofocus', async () => {
      const camera = await open()
      await expect(camera.focus({ x: 0.5, y: 0.5 })).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' })
      await expect(camera.focus()).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' })
    })

    const { raw } = kind
    if (raw) rawContract(kind, raw.smaller, open)
    else noRawContract(open)

    test('one consumer that throws is reported and does not stop the others', async () => {
      const camera = await open()
      const thrown = new Promise<Error>((resolve) => {
        process.once('uncaughtException', resolve)
      })
      const before = process.listeners('uncaughtException').slice(0, -1)
      for (const listener of before) process.off('uncaughtException', listener)
      const stopBad = camera.subscribe(() => {
        stopBad()
        throw new Error('a mistake')
      })
      let good = 0
      const stopGood = camera.subscribe(() => good++)
      expect((await thrown).message).toBe('a mistake')
      for (const listener of before) process.on('uncaughtException', listener)
      await until(() => good > 3)
      stopGood()
    })
  })
}
