// Limited range: a webcam gives NV12 with luma 16-235, and JPEG knows only 0-255.
import assert from 'node:assert/strict'
import test from 'node:test'
import { assertBars } from './bars.mjs'
import * as kit from './kit.mjs'
import { startWebcam } from './webcam.mjs'

startWebcam()

/**
 * Colours by an encoder that is told to take the webcam's raw pictures, not its JPEGs.
 * @param {import('motioninocean').CameraOptions['encoder']} encoder
 */
function coloursBy(encoder) {
  return kit.withCamera('webcam', { encoder, quality: 95 }, async (camera) => {
    assert.equal(camera.mode.format, 'NV12')
    const frames = await kit.collect(camera, 3)
    kit.assertInOrder(frames)
    for (const { jpeg } of frames) assertBars(await kit.decode(jpeg))
    return camera.encoder
  })
}

for (const device of kit.deviceNames) {
  await test(`limited range → ${device}: white is white, and black is black`, { timeout: kit.testLimit }, () =>
    kit.withOnly(device, async () => {
      const encoder = await coloursBy('v4l2-m2m')
      assert.match(encoder.device ?? '', new RegExp(`^/dev/${device} `))
      assert.equal(encoder.bytesCopied, 0)
    }),
  )
}

await test(
  'a device that does not expand limited range is refused, and the CPU does it',
  { timeout: kit.testLimit },
  () =>
    kit.withParameters({ expand: 0 }, async () => {
      const why = /does not expand the camera's limited range/
      await assert.rejects(coloursBy('v4l2-m2m'), (/** @type {any} */ error) => {
        assert.equal(error.code, 'ERR_ENCODER')
        assert.match(error.message, new RegExp(`/dev/video31[^;]*${why.source}`))
        assert.match(error.message, new RegExp(`/dev/video11[^;]*${why.source}`))
        return true
      })
      assert.equal((await coloursBy('turbojpeg')).name, 'turbojpeg')
    }),
)
