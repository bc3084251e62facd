import type { Size } from '../camera/geometry.ts'
import { textPath, textWidth } from './glyphs.ts'

/** What a placeholder says, from the largest line to the smallest. */
export interface PlaceholderText {
  /** E.g. `NO SIGNAL`. */
  readonly title: string
  /** E.g. `SINCE 14:02:11`. */
  readonly since: string
  /** The camera, and the error's code if there is one. */
  readonly detail: string
}

/**
 * Draws the picture that stands in for the camera's. sharp is loaded on first need: most processes never do.
 * @returns a JPEG.
 */
export async function renderPlaceholder(text: PlaceholderText, size: Size): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  return sharp(Buffer.from(placeholderSvg(text, size)))
    .jpeg({ quality: 80 })
    .toBuffer()
}

function placeholderSvg({ title, since, detail }: PlaceholderText, { width, height }: Size): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" shape-rendering="crispEdges">
    <rect width="100%" height="100%" fill="#0c1a26"/>
    <rect width="100%" height="2%" y="98%" fill="#e0a030"/>
    ${line(title, { y: 0.3, height: 0.16, fill: '#f2f6f8' })}
    ${line(since, { y: 0.54, height: 0.08, fill: '#9fb6c6' })}
    ${line(detail, { y: 0.72, height: 0.05, fill: '#e0a030' })}
  </svg>`

  /** A centred line; `y` and `height` as a part of the picture's height, smaller where the text would be too wide. */
  function line(words: string, { y, height: part, fill }: { y: number; height: number; fill: string }): string {
    const dot = Math.min((part * height) / 7, (0.9 * width) / Math.max(1, textWidth(words)))
    const x = (width - dot * textWidth(words)) / 2
    return `<path fill="${fill}" transform="translate(${x} ${y * height}) scale(${dot})" d="${textPath(words)}"/>`
  }
}
