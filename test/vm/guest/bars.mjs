// The NV12 pictures of the webcam: upright bars of known colours, in the limited range of video.
import assert from 'node:assert/strict'

/** Red, green, blue, 0 to 255. White and black tell most: taken for full range they are grey. */
const colours = [
  [255, 255, 255],
  [0, 0, 0],
  [200, 30, 20],
  [20, 180, 30],
  [20, 40, 190],
  [128, 128, 128],
  [230, 210, 40],
  [60, 60, 60],
]

/** What the CPU or a device may be off by. */
const TOLERANCE = 6

/**
 * In BT.601 with luma 16-235 (ITU-R BT.601-7, 2.5.3).
 * @param {number} width
 * @param {number} height
 */
export function barsAsNv12(width, height) {
  const rows = colours.map(([r = 0, g = 0, b = 0]) => ({
    y: Math.round(16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255),
    u: Math.round(128 + (-37.797 * r - 74.203 * g + 112 * b) / 255),
    v: Math.round(128 + (112 * r - 93.786 * g - 18.214 * b) / 255),
  }))
  const bar = (/** @type {number} */ x) => rows[Math.floor((x * rows.length) / width)] ?? { y: 0, u: 0, v: 0 }
  const line = Array.from({ length: width }, (_, x) => x)
  const luma = Buffer.from(line.map((x) => bar(x).y))
  const chroma = Buffer.from(line.map((x) => (x % 2 === 0 ? bar(x).u : bar(x - 1).v)))
  return Buffer.concat([...Array(height).fill(luma), ...Array(height / 2).fill(chroma)])
}

/** @param {{ data: Buffer, width: number, height: number }} picture */
export function assertBars({ data, width, height }) {
  for (const [i, wanted] of colours.entries()) {
    for (const y of [1, height >> 1, height - 2]) {
      const at = (y * width + Math.round(((i + 0.5) * width) / colours.length)) * 3
      const seen = [...data.subarray(at, at + 3)]
      const off = Math.max(...seen.map((part, k) => Math.abs(part - (wanted[k] ?? 0))))
      assert.ok(off <= TOLERANCE, `bar ${i}, line ${y}: ${seen.join(' ')} instead of ${wanted.join(' ')}`)
    }
  }
}
