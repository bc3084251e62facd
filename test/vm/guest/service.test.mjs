// The service as it is shipped, with three cameras of libcamera at once.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as kit from './kit.mjs'
import { Service } from './service.mjs'
import { startWebcam, webcam } from './webcam.mjs'

await test(
  'the service streams all three, tells how, and outlives an unplugged webcam',
  { timeout: 2 * kit.testLimit },
  async () => {
    startWebcam()
    const cameras = await kit.until(async () => {
      const found = await Promise.all([kit.findCamera('virtual'), kit.findCamera('vimc'), kit.findCamera('webcam')])
      return found.every(Boolean) && found
    }, 'three cameras')
    const ids = cameras.map((camera) => camera?.id ?? '')
    const service = new Service(ids)
    try {
      await service.listening()
      await check(service, ids)
    } finally {
      await service.stop()
    }
  },
)

/**
 * @param {Service} service
 * @param {string[]} ids
 */
async function check(service, [virtual = '', vimc = '', uvc = '']) {
  for (const id of [virtual, vimc, uvc]) {
    const parts = await service.parts(id, 5)
    assert.equal(parts.length, 5)
    for (const part of parts) assert.deepEqual([part[0], part[1], part.at(-2), part.at(-1)], [0xff, 0xd8, 0xff, 0xd9])
    const { status, body } = await service.get(`/cameras/${id}/snapshot.jpg?max_age=0`)
    assert.equal(status, 200)
    const { width, height } = await kit.decode(body)
    assert.deepEqual([width, height], [320, 240])
  }
  for (const id of [virtual, vimc]) {
    const status = await service.status(id)
    assert.equal(status.status, 'live')
    assert.equal(status.encoder, 'v4l2-m2m', status.encoderReason)
    assert.match(status.encoderDevice, /^\/dev\/video31 /)
    assert.equal(status.encoderOutput, 'into slots in dma-heap system')
    assert.equal(status.encoderBytesCopied, 0)
    assert.match(status.encoderRefusals, /it makes neither MJPEG nor JPEG/)
    assert.ok(status.framesEncoded >= 5)
    assert.equal(status.framesBroken, 0)
  }
  assert.equal((await service.status(uvc)).encoder, 'passthrough')

  webcam().kill('SIGHUP')
  await kit.until(async () => (await service.status(uvc)).status === 'waiting', 'the webcam is missed')
  assert.equal((await service.status(virtual)).status, 'live')
  await kit.until(async () => (await service.status(uvc)).status === 'live', 'the webcam is back')
  assert.equal((await service.parts(uvc, 3)).length, 3)
  assert.ok((await service.status(uvc)).restarts >= 1)
}
