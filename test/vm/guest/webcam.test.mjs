// A USB webcam: the kernel's uvcvideo on an emulated bus, and a camera in user space at its other end.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import * as kit from './kit.mjs'
import { startWebcam, webcam } from './webcam.mjs'

startWebcam()

await test("a webcam's own JPEGs come through untouched", { timeout: kit.testLimit }, () =>
  kit.withCamera('webcam', {}, async (camera) => {
    assert.equal(camera.encoder.name, 'passthrough')
    assert.equal(camera.mode.format, 'MJPEG')
    const frames = await kit.collect(camera, 12)
    kit.assertInOrder(frames)
    const folder = '/app/webcam/320x240'
    const sent = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`))
    for (const { jpeg } of frames)
      assert.ok(
        sent.some((one) => one.equals(jpeg)),
        'a JPEG that it did not send',
      )
    assert.ok(new Set(frames.map(({ jpeg }) => jpeg.toString('base64'))).size > 2, 'always the same picture')
  }),
)

await test(
  'unplugged in mid-stream it says so, and plugged in again it works',
  { timeout: kit.testLimit },
  async () => {
    await kit.withCamera('webcam', {}, async (camera) => {
      await kit.collect(camera, 3)
      webcam().kill('SIGHUP')
      await kit.until(() => camera.state.status === 'closed', 'the camera is closed')
      assert.equal(camera.state.code, 'ERR_CAMERA_UNPLUGGED')
    })
    await kit.withCamera('webcam', {}, async (camera) => assert.equal((await kit.collect(camera, 5)).length, 5))
  },
)
