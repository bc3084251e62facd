import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EncoderInfo, openCamera } from '../../lib/index.ts'
import { HardwareEncoders, Webcams } from '../kit/environment.ts'
// The same that is looked at in the virtual machine, where the kernel's own drivers are.
import { assertBars, barsAsNv12 } from '../vm/guest/bars.mjs'

// A webcam that gives NV12 in the limited range of video, if one does not take its JPEGs.
const [width, height] = [640, 480]

let webcams: Webcams
let encoders: HardwareEncoders
beforeEach(async () => {
  webcams = new Webcams()
  encoders = new HardwareEncoders()
  await webcams.plug(0, undefined, [{ width, height, nv12: barsAsNv12(width, height) }])
})
afterEach(() => {
  webcams[Symbol.dispose]()
  encoders[Symbol.dispose]()
})

async function coloursBy(encoder: 'v4l2-m2m' | 'turbojpeg'): Promise<EncoderInfo> {
  await using camera = await openCamera({ camera: webcams.id(0), width, height, quality: 95, encoder })
  expect(camera.mode).toMatchObject({ format: 'NV12', width, height })
  const { data } = await sharp(await camera.snapshot())
    .raw()
    .toBuffer({ resolveWithObject: true })
  assertBars({ data, width, height })
  return camera.encoder
}

test.each([11, 31] as const)('device %i: white is white, and black is black', async (number) => {
  encoders.on(number === 11 ? 31 : 11, 'absent')
  expect(await coloursBy('v4l2-m2m')).toMatchObject({
    device: expect.stringContaining(`/dev/video${number} `),
    output: 'into slots in dma-heap linux,cma',
    bytesCopied: 0,
  })
  expect(encoders.record(`video${number} QBUF raw `).length).toBeGreaterThan(0)
})

test('the CPU does it too', async () => {
  expect(await coloursBy('turbojpeg')).toMatchObject({ name: 'turbojpeg' })
})

test('a device that passes limited range on is refused: its pictures would be grey', async () => {
  encoders.on(31, 'no-expand')
  encoders.on(11, 'no-expand')
  await expect(coloursBy('v4l2-m2m')).rejects.toMatchObject({
    code: 'ERR_ENCODER',
    message: expect.stringMatching(/(\/dev\/video(31|11): it does not expand the camera's limited range.*){2}/),
  })
  encoders.off(11, 'no-expand')
  expect(await coloursBy('v4l2-m2m')).toMatchObject({ device: expect.stringContaining('/dev/video11 ') })
})
