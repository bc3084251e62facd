import sharp from 'sharp'
import { expect, test } from 'vitest'
import { textPath, textWidth } from '../../lib/stream/glyphs.ts'
import { renderPlaceholder } from '../../lib/stream/placeholder.ts'
import { checkJpeg } from '../kit/multipart_reader.ts'

const text = { title: 'No signal', since: 'since 14:02:11', detail: 'imx708 · ERR_CAMERA_UNPLUGGED' }

test.each([
  [1280, 720],
  [640, 480],
  [160, 120],
  [480, 1920],
])('is a baseline JPEG of %i × %i with words in it', async (width, height) => {
  const jpeg = await renderPlaceholder(text, { width, height })
  checkJpeg(jpeg)
  expect(await sharp(jpeg).metadata()).toMatchObject({
    format: 'jpeg',
    width,
    height,
    isProgressive: false,
    chromaSubsampling: '4:2:0',
  })
  // Bright letters on a dark ground: enough of both.
  const { data } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true })
  const bright = data.filter((value) => value > 200).length / data.length
  expect(bright).toBeGreaterThan(0.005)
  expect(bright).toBeLessThan(0.2)
})

test('the title is drawn dot by dot', () => {
  expect(textPath('I')).toBe(
    [
      'M1 0h1v1h-1zM2 0h1v1h-1zM3 0h1v1h-1z',
      'M2 1h1v1h-1zM2 2h1v1h-1zM2 3h1v1h-1zM2 4h1v1h-1zM2 5h1v1h-1z',
      'M1 6h1v1h-1zM2 6h1v1h-1zM3 6h1v1h-1z',
    ].join(''),
  )
  expect(textPath('i')).toBe(textPath('I'))
  expect(textPath('é')).toBe(textPath('?'))
  expect(textWidth('')).toBe(0)
  expect(textWidth('NO')).toBe(11)
})
