import { expect, test } from 'vitest'
import { differs, Picture } from './picture.ts'
import { webcamPicture, withoutHuffmanTables } from './webcam_pictures.ts'

test('a picture tells colours apart', async () => {
  const picture = await Picture.decode(await webcamPicture(640, 480, 0.1))
  expect([picture.width, picture.height]).toEqual([640, 480])
  expect(picture.isBlack()).toBe(false)
  const top = { top: 0, bottom: 0.3 }
  expect(picture.share('red', { left: 0, right: 0.3, ...top })).toBeGreaterThan(0.99)
  expect(picture.share('green', { left: 0.4, right: 0.6, ...top })).toBeGreaterThan(0.99)
  expect(picture.share('blue', { left: 0.7, right: 1, ...top })).toBeGreaterThan(0.99)
  expect(picture.share('red', { left: 0.7, right: 1, ...top })).toBe(0)
})

test('a patch that moved is a difference, the same picture is none', async () => {
  const [before, same, after] = await Promise.all(
    [0.1, 0.1, 0.5].map(async (position) => Picture.decode(await webcamPicture(640, 480, position))),
  )
  expect(differs(before!, same!)).toBe(false)
  expect(differs(before!, after!)).toBe(true)
})

test('half a JPEG does not pass for a picture', async () => {
  const jpeg = await webcamPicture(640, 480, 0.1)
  await expect(Picture.decode(jpeg.subarray(0, jpeg.length / 2))).rejects.toThrow(/premature end/i)
})

test('a webcam JPEG can go without its Huffman tables', async () => {
  const bare = withoutHuffmanTables(await webcamPicture(320, 240, 0))
  expect(bare.includes(Buffer.from([0xff, 0xc4]))).toBe(false)
  expect(bare.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]))
})
