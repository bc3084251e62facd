// The hardware fails while a picture is on its way: the CPU goes on, and the hardware comes back.
import assert from 'node:assert/strict'
import test from 'node:test'
import * as kit from './kit.mjs'

/** A viewer that stays through everything, and the changes of encoder that it lived through. */
class Viewer {
  /** @type {import('motioninocean').EncoderInfo[]} */
  changes = []
  /** @type {(string | undefined)[]} */
  codes = []
  /** @type {{ sequence: number, monotonic: bigint, timestamp: number }[]} */
  frames = []
  #watching

  /** @param {import('motioninocean').Camera} camera */
  constructor(camera) {
    camera.on('encoder', (now, fault) => {
      this.changes.push(now)
      this.codes.push(fault?.code)
    })
    this.#watching = this.#watch(camera)
  }

  /** @param {import('motioninocean').Camera} camera */
  async #watch(camera) {
    for await (const frame of camera.frames()) {
      const { sequence, monotonic, timestamp } = frame
      this.frames.push({ sequence, monotonic, timestamp })
      frame.release()
    }
  }

  /** @param {number} count */
  more(count) {
    const wanted = this.frames.length + count
    return kit.until(() => this.frames.length >= wanted, `${count} more pictures`)
  }

  /** Once the camera is closed: the iteration never threw, and everything came in order. */
  async end() {
    await this.#watching
    kit.assertInOrder(this.frames)
  }
}

/**
 * @param {(camera: import('motioninocean').Camera, viewer: Viewer) => Promise<void>} work
 */
async function streaming(work) {
  const viewer = await kit.withCamera('virtual', {}, async (camera) => {
    const watching = new Viewer(camera)
    await watching.more(5)
    assert.equal(camera.encoder.name, 'v4l2-m2m')
    await work(camera, watching)
    return watching
  })
  await viewer.end()
}

/** @param {Viewer} viewer */
async function returned(viewer) {
  await kit.until(() => viewer.changes.at(-1)?.name === 'v4l2-m2m', 'the hardware is back')
  await viewer.more(5)
}

await test('a picture that fails now and then is left out, and nothing else happens', { timeout: kit.testLimit }, () =>
  streaming(async (camera, viewer) => {
    await kit.withParameters({ fail_every: 5 }, () => viewer.more(20))
    assert.ok(camera.statistics().errors.encoder >= 3)
    assert.deepEqual(viewer.changes, [])
  }),
)

await test('when all fail, the CPU takes over, and the hardware comes back', { timeout: kit.testLimit }, () =>
  streaming(async (camera, viewer) => {
    await kit.withParameters({ fail_every: 1 }, async () => {
      await kit.until(() => viewer.changes.length > 0, 'a change of encoder')
      await viewer.more(10)
      assert.equal(camera.encoder.name, 'turbojpeg')
    })
    assert.equal(viewer.changes[0]?.name, 'turbojpeg')
    assert.match(viewer.changes[0]?.reason ?? '', /marked a picture as broken/)
    assert.equal(viewer.codes[0], 'ERR_ENCODER')
    await returned(viewer)
    assert.equal(camera.encoder.fallbacks, 1)
  }),
)

await test('hung hardware keeps nobody waiting: pictures go on while it still hangs', { timeout: kit.testLimit }, () =>
  streaming(async (camera, viewer) => {
    await kit.withParameters({ stall: 1 }, async () => {
      await kit.until(() => viewer.changes.length > 0, 'a change of encoder')
      // The driver is deaf for ten seconds from the picture on that it hangs with: STREAMOFF waits for it.
      const hung = performance.now()
      await viewer.more(3)
      assert.ok(performance.now() - hung < 8000, 'pictures waited for the driver')
      assert.equal(camera.encoder.name, 'turbojpeg')
    })
    assert.match(viewer.changes[0]?.reason ?? '', /no picture came out of it/)
    await returned(viewer)
  }),
)

await test('the driver is unbound in mid-stream: another device, or the CPU, goes on', { timeout: kit.testLimit }, () =>
  streaming(async (camera, viewer) => {
    kit.unbind(kit.encoders.video31)
    try {
      await kit.until(() => viewer.changes.length > 0, 'a change of encoder')
      assert.equal(viewer.changes[0]?.name, 'turbojpeg')
      assert.match(viewer.changes[0]?.reason ?? '', /No such device/)
      await returned(viewer)
      assert.match(camera.encoder.device ?? '', /^\/dev\/video11 /)

      const before = viewer.changes.length
      kit.unbind(kit.encoders.video11)
      try {
        await kit.until(() => viewer.changes.length > before, 'a change of encoder')
        await viewer.more(10)
        assert.equal(camera.encoder.name, 'turbojpeg')
      } finally {
        kit.bind(kit.encoders.video11)
      }
    } finally {
      kit.bind(kit.encoders.video31)
    }
    await returned(viewer)
    assert.match(camera.encoder.device ?? '', /^\/dev\/video31 /)
    assert.equal(camera.encoder.fallbacks, 2)
  }),
)
