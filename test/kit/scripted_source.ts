import sharp from 'sharp'

export { ScriptedSource } from '../../lib/testing/scripted_source.ts'

/** A JPEG of noise, different for each `seed`; about 0.25 bytes a pixel and more with the quality. */
export async function makeJpeg({ width = 320, height = 240, seed = 0, quality = 80 } = {}): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3)
  let state = seed * 7919 + 1
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    pixels[i] = (state >>> 24) & 0x7f
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality })
    .toBuffer()
}
