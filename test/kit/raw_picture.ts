import type { RawFrame } from '../../lib/index.ts'
import type { Colour, Region } from './picture.ts'

/** The average colour of a part of a raw frame, by ITU-R BT.601 as a JPEG's (ITU-T T.871). */
export function meanOf(frame: RawFrame, { left, top, right, bottom }: Region): Colour {
  const [luma, first, second] = frame.planes
  let sum = { y: 0, u: 0, v: 0 }
  let count = 0
  for (let row = Math.ceil((top * frame.height) / 2); row < Math.floor((bottom * frame.height) / 2); row++) {
    for (let column = Math.ceil((left * frame.width) / 2); column < Math.floor((right * frame.width) / 2); column++) {
      const pair = row * first!.stride + column * 2
      const single = row * first!.stride + column
      sum = {
        y: sum.y + luma!.data[row * 2 * luma!.stride + column * 2]!,
        u: sum.u + first!.data[frame.format === 'nv12' ? pair : single]!,
        v: sum.v + (frame.format === 'nv12' ? first!.data[pair + 1]! : second!.data[single]!),
      }
      count++
    }
  }
  const full = frame.range === 'full'
  const y = full ? sum.y / count : ((sum.y / count - 16) * 255) / 219
  const [u, v] = [sum.u, sum.v].map((part) => (part / count - 128) * (full ? 1 : 255 / 224)) as [number, number]
  return { r: y + 1.402 * v, g: y - 0.344_136 * u - 0.714_136 * v, b: y + 1.772 * u }
}
