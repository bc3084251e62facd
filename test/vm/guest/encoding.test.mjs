// From libcamera's cameras through each encoder, by both routes, to JPEGs.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import test from 'node:test'
import * as kit from './kit.mjs'

const COUNT = 12

const cameras = /** @type {const} */ ([
  ['virtual', 'NV12'],
  ['vimc', 'BGR888'],
])
const routes = /** @type {const} */ (['zero-copy', 'MMAP'])

for (const [kind, format] of cameras) {
  for (const device of kit.deviceNames) {
    for (const route of routes) {
      await test(`${kind} ${format} → ${device}, ${route}`, { timeout: kit.testLimit }, () =>
        kit.withOnly(device, () =>
          kit.withParameters({ mmap_only: route === 'MMAP' ? 1 : 0 }, () => encode(kind, format, device, route)),
        ),
      )
    }
  }
}

/**
 * @param {'virtual' | 'vimc'} kind
 * @param {string} format
 * @param {'video31' | 'video11'} device
 * @param {'zero-copy' | 'MMAP'} route
 */
function encode(kind, format, device, route) {
  return kit.withCamera(kind, {}, async (camera) => {
    assert.equal(camera.mode.format, format)
    assert.equal(camera.mode.memory, 'dma-heap system')
    assert.match(camera.encoder.device ?? '', new RegExp(`^/dev/${device} `))
    const frames = await kit.collect(camera, COUNT)
    const { encoder } = camera
    assert.equal(encoder.name, 'v4l2-m2m', encoder.reason)
    if (route === 'zero-copy') {
      assert.equal(encoder.output, 'into slots in dma-heap system')
      assert.equal(encoder.bytesCopied, 0)
    } else {
      assert.match(encoder.output, /by one copy/)
      const bytes = frames.reduce((sum, { jpeg }) => sum + jpeg.length, 0)
      assert.ok(encoder.bytesCopied >= bytes, `${encoder.bytesCopied} of ${bytes} bytes`)
    }
    const { errors, copied } = camera.statistics()
    assert.deepEqual(errors, { marked: 0, truncated: 0, encoder: 0 })
    assert.equal(copied.frames, 0)
    assert.equal(encoder.fallbacks, 0)
    kit.assertInOrder(frames)

    const picture = await kit.decode(frames.at(-1).jpeg)
    assert.deepEqual([picture.width, picture.height], [320, 240])
    const shares = kit.colourShares(picture)
    for (const colour of kit.allColours) {
      assert.ok((shares[colour] ?? 0) > 0.06, `colour ${colour}: ${JSON.stringify(shares)}`)
    }
  })
}

for (const [encoder, mapsThem] of /** @type {const} */ ([
  ['v4l2-m2m', false],
  ['turbojpeg', true],
])) {
  const what = mapsThem ? 'the CPU maps the pictures that it encodes' : "no picture of the camera's is mapped"
  await test(`${encoder}: ${what}`, { timeout: kit.testLimit }, async () => {
    // The kernel fills the pictures of this camera, and libcamera maps none of them.
    await kit.withCamera('vimc', { encoder }, async (camera) => {
      await kit.collect(camera, 3)
      assert.equal(camera.mode.format, 'BGR888')
      assert.equal(mappedDmaBufs(320 * 240 * 3), mapsThem ? camera.mode.bufferCount : camera.statistics().pool.slots)
    })
    // Not one of all the cameras before has left anything to the garbage collector.
    assert.equal(mappedDmaBufs(0), 0, 'mapped by nobody any more')
    assert.equal(openDmaBufs(), 0, 'descriptors of nobody any more')
  })
}

/** How many dma-bufs this process has descriptors of. */
function openDmaBufs() {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return /dmabuf/.test(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      // The folder's own descriptor is gone.
      return false
    }
  }).length
}

/**
 * How many it has mapped: FROM-TO MODE OFFSET DEVICE INODE NAME.
 * @param {number} least Bytes: the small ones are those of vimc's IPA, two of 160x120 that it only looks at.
 */
function mappedDmaBufs(least) {
  const lines = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return lines.filter((line) => {
    const [from = '', to = ''] = line.split(/[- ]/, 2)
    return line.includes('dmabuf') && Number.parseInt(to, 16) - Number.parseInt(from, 16) >= least
  }).length
}

for (const device of kit.deviceNames) {
  await test(`quality changes the size of pictures from ${device} while they come`, { timeout: kit.testLimit }, () =>
    kit.withOnly(device, () => kit.withCamera('vimc', { quality: 90 }, (camera) => steerQuality(camera, device))),
  )
}

/**
 * @param {import('motioninocean').Camera} camera
 * @param {string} device
 */
async function steerQuality(camera, device) {
  assert.match(camera.encoder.device ?? '', new RegExp(`^/dev/${device} `))
  const size = async () => (await kit.collect(camera, 1))[0].jpeg.length
  // By bitrate it takes some pictures until the device is there.
  let best = 0
  for (let i = 0; i < 15; i++) best = await size()
  camera.setQuality(20)
  await kit.until(async () => (await size()) < best * 0.7, `pictures become smaller than ${best} bytes`)
  const least = await size()
  camera.setQuality(90)
  await kit.until(async () => (await size()) > least * 1.4, `pictures become larger than ${least} bytes`)
  assert.equal(camera.encoder.fallbacks, 0)
}

await test('a height that the image encoder pads is captured with its padding', { timeout: kit.testLimit }, () =>
  kit.withCamera('virtual', { width: 640, height: 360 }, async (camera) => {
    const [frame] = await kit.collect(camera, 1)
    assert.match(camera.encoder.device ?? '', /^\/dev\/video31 /)
    assert.equal(camera.encoder.bytesCopied, 0)
    const { width, height } = await kit.decode(frame.jpeg)
    assert.deepEqual([width, height], [640, 360])
  }),
)
