import { MioError } from '../camera/errors.ts'
import type { Frame } from '../camera/frame.ts'
import type { Conversion } from './query.ts'

/** A picture in memory of its own. */
export interface Picture {
  readonly data: Buffer
  /** Media type. */
  readonly type: string
  /** Of the exposure, milliseconds since 1970. */
  readonly timestamp: number
}

/** Seconds that one conversion may take. */
const patience = 10

/**
 * Scales, turns and encodes a frame anew, as far as that is wanted. sharp is loaded on first need.
 * @throws {MioError} `ERR_PICTURE`
 */
export async function convertPicture(frame: Frame, conversion: Conversion): Promise<Picture> {
  const { timestamp } = frame
  if (!isConverted(conversion)) return { data: frame.copy(), type: 'image/jpeg', timestamp }
  const { width, height, quality = 80, rotate = '0' } = conversion
  const format = conversion.format === 'jpg' ? 'jpeg' : (conversion.format ?? 'jpeg')
  const { default: sharp } = await import('sharp')
  // What Exif says of the camera's orientation is applied first, and is not there any more afterwards.
  const picture = sharp(frame.data, { autoOrient: true })
    .rotate(Number(rotate))
    .resize({ width, height, fit: 'inside', withoutEnlargement: true })
    .timeout({ seconds: patience })
  const encoded = {
    jpeg: () => picture.jpeg({ quality }),
    webp: () => picture.webp({ quality, effort: 2 }),
    // The higher ones take a Raspberry Pi many seconds.
    avif: () => picture.avif({ quality, effort: 1 }),
    png: () => picture.png(),
  }[format]()
  const data = await encoded.toBuffer().catch((cause: unknown) => {
    throw new MioError('ERR_PICTURE', { asked: `make ${format} of the picture`, found: String(cause), cause })
  })
  return { data, type: `image/${format}`, timestamp }
}

/** Whether anything is to be done at all. */
export function isConverted({ width, height, quality, format = 'jpeg', rotate = '0' }: Conversion): boolean {
  return (width ?? height ?? quality) !== undefined || !['jpeg', 'jpg'].includes(format) || rotate !== '0'
}
