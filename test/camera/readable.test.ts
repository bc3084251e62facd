import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pictures, ScriptedSource, syntheticCamera } from '../../lib/testing/index.ts'
import type { Camera } from '../../lib/index.ts'

const begins = (jpeg: Uint8Array) => Buffer.from(jpeg).subarray(0, 2).toString('hex')

describe('of a camera', () => {
  let camera: Camera
  beforeEach(async () => {
    camera = await syntheticCamera({ fps: 60 })
  })
  afterEach(async () => {
    await camera.close()
    expect(camera.statistics().pool.lent).toBe(0)
  })

  test('readable() gives whole JPEGs until it is left', async () => {
    const jpegs: Buffer[] = []
    for await (const jpeg of camera.readable() as AsyncIterable<Buffer>) {
      jpegs.push(jpeg)
      if (jpegs.length === 3) break
    }
    expect(jpegs.map(begins)).toEqual(['ffd8', 'ffd8', 'ffd8'])
    expect(new Set(jpegs.map((jpeg) => jpeg.toString('base64'))).size).toBe(3)
  })

  test('webReadable() does too', async () => {
    const reader = camera.webReadable().getReader()
    const { value } = await reader.read()
    expect(begins(value!)).toBe('ffd8')
    await reader.cancel()
  })

  test('both end when the camera is closed', async () => {
    const ended = new Promise((resolve) =>
      camera
        .readable()
        .on('data', () => {})
        .on('end', resolve),
    )
    const reader = camera.webReadable().getReader()
    await reader.read()
    await camera.close()
    await ended
    let last = await reader.read()
    while (!last.done) last = await reader.read()
    expect(last.done).toBe(true)
  })

  test('a stream that is destroyed while it waits leaves nobody subscribed', async () => {
    const source = new ScriptedSource(await pictures(1))
    const readable = source.readable().on('data', () => {})
    expect(source.subscribers).toBe(1)
    readable.destroy()
    await expect.poll(() => source.subscribers).toBe(0)
  })
})

describe('of a scripted source', () => {
  test('a slow reader gets the newest picture, not a queue', async () => {
    const jpegs = await pictures(5)
    const source = new ScriptedSource(jpegs)
    const reader = source.webReadable().getReader()
    for (let i = 0; i < 5; i++) source.emit()
    expect((await reader.read()).value).toEqual(new Uint8Array(jpegs[4]!))
    await reader.cancel()
    expect(source).toMatchObject({ lent: 0, subscribers: 0 })
  })

  test("the camera's fault is the stream's error", async () => {
    const source = new ScriptedSource(await pictures(1))
    const failed = new Promise((_, reject) =>
      source
        .readable()
        .on('data', () => {})
        .on('error', reject),
    )
    source.change({ status: 'closed', code: 'ERR_CAMERA_UNPLUGGED', message: 'it is gone' })
    await expect(failed).rejects.toMatchObject({ code: 'ERR_CAMERA_UNPLUGGED' })
  })

  test('frames end with it, and hold nothing', async () => {
    await using source = new ScriptedSource(await pictures(2))
    const frames = source.frames()
    source.emit()
    const { value } = await frames.next()
    expect(value.sequence).toBe(0)
    value.release()
    await source.close()
    expect(await frames.next()).toEqual({ value: undefined, done: true })
    expect(source.lent).toBe(0)
  })
})
