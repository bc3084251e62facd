import sharp, { type Sharp } from 'sharp'

export interface Colour {
  r: number
  g: number
  b: number
}

/** A part of a picture in fractions of its size: `{ left: 0, top: 0, right: 0.5, bottom: 1 }` is the left half. */
export interface Region {
  left: number
  top: number
  right: number
  bottom: number
}

const WHOLE: Region = { left: 0, top: 0, right: 1, bottom: 1 }

/** A decoded picture, to be looked at. */
export class Picture {
  readonly width: number
  readonly height: number
  readonly #pixels: Buffer

  private constructor(pixels: Buffer, width: number, height: number) {
    this.#pixels = pixels
    this.width = width
    this.height = height
  }

  /** @throws when it is no whole JPEG: a warning of the decoder, too, is an error. */
  static decode(jpeg: Uint8Array): Promise<Picture> {
    return Picture.#decode(sharp(jpeg, { failOn: 'warning' }))
  }

  /** Turned as its Exif orientation says, as a browser shows it. */
  static decodeAsSeen(jpeg: Uint8Array): Promise<Picture> {
    return Picture.#decode(sharp(jpeg, { failOn: 'warning' }).autoOrient())
  }

  static async #decode(decoder: Sharp): Promise<Picture> {
    const image = decoder.removeAlpha().toColourspace('srgb').raw()
    const { data, info } = await image.toBuffer({ resolveWithObject: true })
    return new Picture(data, info.width, info.height)
  }

  pixel(x: number, y: number): Colour {
    const at = (y * this.width + x) * 3
    return { r: this.#pixels[at] ?? NaN, g: this.#pixels[at + 1] ?? NaN, b: this.#pixels[at + 2] ?? NaN }
  }

  /** The average colour. */
  mean(region: Region = WHOLE): Colour {
    const sum = { r: 0, g: 0, b: 0 }
    let count = 0
    for (const { r, g, b } of this.#within(region)) {
      sum.r += r
      sum.g += g
      sum.b += b
      count++
    }
    return { r: sum.r / count, g: sum.g / count, b: sum.b / count }
  }

  /** How much of the region has this colour, 0 to 1. Clear colours only: each part is either high or low. */
  share(colour: keyof typeof colours, region: Region = WHOLE): number {
    let matching = 0
    let count = 0
    for (const pixel of this.#within(region)) {
      if (colours[colour](pixel)) matching++
      count++
    }
    return matching / count
  }

  isBlack(): boolean {
    return this.share('black') > 0.99
  }

  /** The average difference of two pictures' parts of colour, 0 to 255. */
  difference(other: Picture): number {
    if (this.width !== other.width || this.height !== other.height) return 255
    let sum = 0
    for (const [i, value] of this.#pixels.entries()) sum += Math.abs(value - (other.#pixels[i] ?? 0))
    return sum / this.#pixels.length
  }

  *#within({ left, top, right, bottom }: Region): Generator<Colour> {
    for (let y = Math.floor(top * this.height); y < bottom * this.height; y++) {
      for (let x = Math.floor(left * this.width); x < right * this.width; x++) yield this.pixel(x, y)
    }
  }
}

const HIGH = 170
const LOW = 85

const colours = {
  red: ({ r, g, b }: Colour) => r > HIGH && g < LOW && b < LOW,
  green: ({ r, g, b }: Colour) => r < LOW && g > HIGH && b < LOW,
  blue: ({ r, g, b }: Colour) => r < LOW && g < LOW && b > HIGH,
  white: ({ r, g, b }: Colour) => r > HIGH && g > HIGH && b > HIGH,
  black: ({ r, g, b }: Colour) => r < LOW && g < LOW && b < LOW,
} as const

/** Whether two pictures show something else, noise and the losses of JPEG aside. */
export const differs = (a: Picture, b: Picture): boolean => a.difference(b) > 0.5
