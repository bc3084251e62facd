// The driver itself, and what of the machine's devices is taken for an encoder.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { testLimit, withCamera } from './kit.mjs'

for (const device of ['/dev/video11', '/dev/video31']) {
  await test(`v4l2-compliance of ${device}`, { timeout: testLimit }, async () => {
    const output = await new Promise((resolve) => {
      execFile('v4l2-compliance', ['-d', device, '-s', '10'], (_error, stdout) => resolve(stdout))
    })
    const failed = output.split('\n').filter((/** @type {string} */ line) => line.includes(': FAIL'))
    const [, total, succeeded] = /Total for .*: (\d+), Succeeded: (\d+), Failed: \d+, Warnings: 0/.exec(output) ?? []
    // Of an encoder that is named for still pictures it expects no frame rate. The Pi's has one, for its bitrate.
    assert.deepEqual(failed, ['\ttest VIDIOC_G/S_PARM: FAIL'], output)
    assert.ok(Number(total) >= 48, output)
    assert.equal(Number(succeeded), Number(total) - 1, output)
  })
}

await test('encoders are found by what they can do; vicodec makes no JPEG and is refused', { timeout: testLimit }, () =>
  withCamera('virtual', {}, async ({ encoder }) => {
    assert.equal(encoder.name, 'v4l2-m2m', encoder.reason)
    assert.equal(encoder.device, '/dev/video31 (bcm2835-codec-encode_image)')
    // vicodec has an encoder, a decoder, and a stateless decoder.
    const foreign = encoder.refusals.filter(({ why }) => why === 'it makes neither MJPEG nor JPEG')
    assert.equal(foreign.length, 3, JSON.stringify(encoder.refusals))
    assert.equal(encoder.refusals.length, 3)
  }),
)
