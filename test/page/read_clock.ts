/// <reference lib="dom" />
import { expect } from 'vitest'
import type { Visit } from './visit.ts'

/** The digits as native/backend/synthetic/font.cc draws them: seven rows of five dots. */
const digits = [
  '0e 11 13 15 19 11 0e',
  '04 0c 04 04 04 04 0e',
  '0e 11 01 02 04 08 1f',
  '1f 02 04 02 01 11 0e',
  '02 06 0a 12 1f 02 02',
  '1f 10 1e 01 01 11 0e',
  '06 08 10 1e 11 11 0e',
  '1f 01 02 04 08 08 08',
  '0e 11 11 0e 11 11 0e',
  '0e 11 11 0f 01 02 0c',
]
const pattern = 'dddd-dd-dd dd:dd:dd.ddd'

/**
 * What the clock of the synthetic camera says in the picture that a visitor sees now, in milliseconds since 1970, of
 * 1280 × 720 pixels: there a dot is six pixels, and the clock stands in the last line (native/backend/synthetic/scene.cc).
 */
export async function readClock({ page }: Visit): Promise<number> {
  const rows = await page.evaluate((length) => {
    const [dot, left, top] = [6, 18, 666]
    const picture = document.querySelector<HTMLImageElement>('#picture')!
    const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 })
    const context = canvas.getContext('2d')!
    context.drawImage(picture, 0, 0)
    const { data } = context.getImageData(0, 0, 1280, 720)
    const isLit = (x: number, y: number) => data[4 * (y * 1280 + x)]! > 128
    return Array.from({ length }, (_, place) =>
      Array.from({ length: 7 }, (_row, row) =>
        [0, 1, 2, 3, 4].reduce((dots, column) => {
          const x = left + (place * 6 + column) * dot + dot / 2
          return dots * 2 + Number(isLit(x, top + row * dot + dot / 2))
        }, 0),
      ),
    )
  }, pattern.length)
  const text = rows
    .map((dots, place) =>
      pattern[place] === 'd'
        ? digits.indexOf(dots.map((row) => row.toString(16).padStart(2, '0')).join(' '))
        : pattern[place],
    )
    .join('')
  expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/)
  // The zone is this machine's.
  return new Date(text.replace(' ', 'T')).getTime()
}
