import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Camera, CameraOptions, Frame, RawFormat, RawFrame } from '../../lib/index.ts'
import { Picture } from '../kit/picture.ts'
import { meanOf } from '../kit/raw_picture.ts'
import { until } from '../kit/until.ts'
import type { CameraKind } from './camera_kind.ts'

const formats: RawFormat[] = ['yuv420', 'nv12']

/** How many threads copy raw frames. */
const copying = (): number =>
  readdirSync('/proc/self/task').filter((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, 'utf8') === 'mio-raw\n'
    } catch {
      return false // it has just ended
    }
  }).length

type Open = (options?: CameraOptions) => Promise<Camera>

/** What a camera says that gives none. */
export function noRawContract(open: Open): void {
  test('says that it has no raw frames, and what it has', async () => {
    const camera = await open()
    expect(camera.mode.raw).toBeUndefined()
    for (const format of formats)
      expect(() => camera.frames({ format })).toThrowError(
        expect.objectContaining({ code: 'ERR_NOT_SUPPORTED', message: expect.stringContaining(camera.mode.format) }),
      )
    ;(await camera.frame()).release()
  })
}

/**
 * What every camera promises of raw frames.
 * @param smaller what its second stream can give beside 1280x720
 */
export function rawContract(kind: CameraKind, smaller: readonly [width: number, height: number], open: Open): void {
  test.each(formats)('gives %s beside the JPEGs, whole and in order', async (format) => {
    for (const [width, height] of kind.sizes) {
      const camera = await open({ width, height })
      expect(camera.mode.raw).toMatchObject({ width, height, from: 'the stream' })
      let jpegs = 0
      const stop = camera.subscribe(() => jpegs++)
      let last = { sequence: -1, timestamp: 0, monotonic: 0n }
      let count = 0
      for await (const frame of camera.frames({ format })) {
        expect([frame.format, frame.width, frame.height, frame.range]).toEqual([
          format,
          width,
          height,
          camera.mode.raw?.range,
        ])
        expect(frame.sequence).toBeGreaterThan(last.sequence)
        expect(frame.timestamp).toBeGreaterThan(last.timestamp)
        expect(frame.monotonic).toBeGreaterThan(last.monotonic)
        expect(Math.abs(Date.now() - frame.timestamp)).toBeLessThan(5000)
        last = { sequence: frame.sequence, timestamp: frame.timestamp, monotonic: frame.monotonic }
        const [across, lines] = [width / 2, height / 2]
        const chroma = { width: across, height: lines, stride: format === 'nv12' ? width : across }
        expect(frame.planes.map(({ data, ...plane }) => ({ ...plane, bytes: data.length }))).toEqual([
          { width, height, stride: width, bytes: width * height },
          ...Array.from({ length: format === 'nv12' ? 1 : 2 }, () => ({ ...chroma, bytes: chroma.stride * lines })),
        ])
        expect(frame.data.length).toBe((width * height * 3) / 2)
        frame.release()
        if (++count === 10) break
      }
      await until(() => jpegs > 5)
      stop()
      await camera.close()
    }
  })

  test('its pixels are those of the JPEG of the same exposure', async () => {
    const camera = await open({ quality: 95 })
    for (const format of formats) {
      const jpegs = new Map<number, Frame>()
      const stop = camera.subscribe((frame) => jpegs.set(frame.sequence, frame.retain()))
      const raws = camera.frames({ format })
      let pair: [RawFrame, Frame] | undefined
      while (!pair) {
        const raw = (await raws.next()).value as RawFrame
        await until(() => [...jpegs.keys()].some((sequence) => sequence >= raw.sequence))
        const jpeg = jpegs.get(raw.sequence)
        if (jpeg) pair = [raw, jpeg.retain()]
        else raw.release()
      }
      stop()
      await raws.return()
      const picture = await Picture.decode(pair[1].data)
      // Bars of other colours, wherever they are just now.
      for (let part = 0; part < 8; part++) {
        const region = { left: part / 8, right: (part + 1) / 8, top: 0.3, bottom: 0.5 }
        const [raw, encoded] = [meanOf(pair[0], region), picture.mean(region)]
        for (const key of ['r', 'g', 'b'] as const) expect(Math.abs(raw[key] - encoded[key])).toBeLessThan(12)
      }
      for (const frame of [...pair, ...jpegs.values()]) frame.release()
    }
  })

  test('both formats hold the same samples', async () => {
    const camera = await open()
    const [planar, interleaved] = [camera.frames({ format: 'yuv420' }), camera.frames({ format: 'nv12' })]
    let [a, b] = [(await planar.next()).value as RawFrame, (await interleaved.next()).value as RawFrame]
    while (a.sequence !== b.sequence) {
      if (a.sequence < b.sequence) {
        a.release()
        a = (await planar.next()).value as RawFrame
      } else {
        b.release()
        b = (await interleaved.next()).value as RawFrame
      }
    }
    expect(a.planes[0]!.data.equals(b.planes[0]!.data)).toBe(true)
    const expected = Buffer.alloc(b.planes[1]!.data.length)
    for (const [i, u] of a.planes[1]!.data.entries()) {
      expected[2 * i] = u
      expected[2 * i + 1] = a.planes[2]!.data[i]!
    }
    expect(b.planes[1]!.data.equals(expected)).toBe(true)
    a.release()
    b.release()
    await planar.return()
    await interleaved.return()
  })

  test('raw frames alone encode nothing; nobody who asks, and nothing is made', async () => {
    const camera = await open()
    await until(() => camera.statistics().captured > 5)
    expect(camera.statistics().raw).toEqual({ slots: 0, lent: 0, copied: 0, missed: 0 })
    expect(copying()).toBe(0)
    let count = 0
    for await (const frame of camera.frames({ format: 'nv12' })) {
      using _ = frame
      expect(copying()).toBe(1)
      if (++count === 5) break
    }
    expect(camera.statistics().encoded).toBe(0)
    await until(() => copying() === 0)
    await until(() => camera.statistics().raw.lent === 0)
  })

  test('the memory is that of a few slots; who holds many costs copies, and nobody waits', async () => {
    const camera = await open()
    let jpegs = 0
    const stop = camera.subscribe(() => jpegs++)
    const frames = camera.frames({ format: 'yuv420' })
    const memory = new Set<ArrayBufferLike>()
    for (let i = 0; i < 20; i++) {
      const frame = (await frames.next()).value as RawFrame
      memory.add(frame.data.buffer)
      frame.release()
    }
    expect(memory.size).toBeLessThanOrEqual(camera.statistics().raw.slots)
    expect(camera.statistics().raw.copied).toBe(0)
    const held: RawFrame[] = []
    while (held.length < 12) held.push((await frames.next()).value as RawFrame)
    expect(camera.statistics().raw.copied).toBeGreaterThan(0)
    expect(held.some(({ copied }) => copied)).toBe(true)
    const before = jpegs
    await until(() => jpegs > before + 5)
    expect(camera.statistics().dropped.noSlot).toBe(0)
    for (const frame of held) frame.release()
    await frames.return()
    stop()
  })

  test('a raw frame is on loan as any', async () => {
    const camera = await open()
    const frames = camera.frames({ format: 'yuv420' })
    const frame = (await frames.next()).value as RawFrame
    const second = frame.retain()
    const copy = frame.copy()
    frame.release()
    frame.release()
    expect(() => frame.planes).toThrowError(expect.objectContaining({ code: 'ERR_FRAME_RELEASED' }))
    expect(() => frame.data).toThrowError(expect.objectContaining({ code: 'ERR_FRAME_RELEASED' }))
    const last = frames.next().then((next) => next.done || next.value.release())
    await camera.close()
    await last
    expect((await frames.next()).done).toBe(true)
    // The pool lives on, and gives its memory back when the last frame comes back: no garbage needs to be collected.
    const { data } = second
    expect(data.equals(copy)).toBe(true)
    second.release()
    expect(data.equals(Buffer.alloc(data.length))).toBe(true)
  })

  test.each([{}, { rawSize: smaller.join('x') }])('change and still leave those who iterate: %o', async (options) => {
    const camera = await open(options)
    const frames = camera.frames({ format: 'nv12' })
    const sizeOfNext = async () => {
      const frame = (await frames.next()).value as RawFrame
      using _ = frame
      return `${frame.width}x${frame.height}`
    }
    const expected = () => `${camera.mode.raw?.width}x${camera.mode.raw?.height}`
    await until(async () => (await sizeOfNext()) === expected())
    const [width, height] = kind.sizes[1]!
    await camera.reconfigure({ width, height })
    expect(expected()).toBe(options.rawSize ?? `${width}x${height}`)
    await until(async () => (await sizeOfNext()) === expected())
    ;(await camera.still()).release()
    await sizeOfNext()
    await until(async () => (await sizeOfNext()) === expected())
    await frames.return()
  })

  test('comes from a second stream in a size of its own, and the first goes on', async () => {
    const [width, height] = smaller
    const camera = await open({ width: 1280, height: 720, rawSize: `${width}x${height}` })
    expect(camera.mode).toMatchObject({ width: 1280, height: 720 })
    expect(camera.mode.raw).toMatchObject({ width, height, from: 'a second stream' })
    for (let round = 0; round < 2; round++) {
      let jpegs = 0
      const stop = camera.subscribe((frame) => {
        expect(frame.width).toBe(1280)
        jpegs++
      })
      const frames = camera.frames({ format: 'yuv420' })
      const sequences: number[] = []
      while (sequences.length < 10) {
        const frame = (await frames.next()).value as RawFrame
        using _ = frame
        expect([frame.width, frame.height]).toEqual([width, height])
        expect(meanOf(frame, { left: 0, top: 0.2, right: 1, bottom: 0.5 }).g).toBeGreaterThan(20)
        sequences.push(frame.sequence)
      }
      expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b))
      await until(() => jpegs > 5)
      await frames.return()
      stop()
    }
  })

  test('refuses a format that it does not know', async () => {
    const camera = await open()
    expect(() => camera.frames({ format: 'rgb' as RawFormat })).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_OPTION', message: expect.stringContaining('rgb') }),
    )
    await expect(open({ rawSize: '320' })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTION' })
  })
}
