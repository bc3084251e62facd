import sharp from 'sharp'

/** Pictures of one size, each with the patch at another place. */
const PICTURES = 6

/**
 * The JPEGs that a stand-in webcam shows: left third red, middle third green, right third blue, and a white
 * patch in the middle of the height that moves to the right.
 */
export async function webcamPictures(
  sizes: readonly (readonly [width: number, height: number])[] = [
    [640, 480],
    [1280, 720],
  ],
): Promise<Buffer[]> {
  const pictures = sizes.flatMap(([width, height]) =>
    Array.from({ length: PICTURES }, (_, step) => webcamPicture(width, height, step / PICTURES)),
  )
  return await Promise.all(pictures)
}

/** @param position Of the patch, 0 (left) to 1 (right, out of the picture). */
export async function webcamPicture(width: number, height: number, position: number): Promise<Buffer> {
  const third = width / 3
  const patch = Math.round(width / 8)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${third}" height="${height}" fill="#f00"/>
    <rect x="${third}" width="${third}" height="${height}" fill="#0f0"/>
    <rect x="${2 * third}" width="${third}" height="${height}" fill="#00f"/>
    <rect x="${position * width}" y="${(height - patch) / 2}" width="${patch}" height="${patch}" fill="#fff"/>
  </svg>`
  // The standard Huffman tables, as cameras use them: so a decoder finds its way without them, too.
  return await sharp(Buffer.from(svg)).jpeg({ quality: 90, optimiseCoding: false }).toBuffer()
}

/** The same JPEG as many webcams send it: without its Huffman tables (DHT), to save bandwidth. */
export function withoutHuffmanTables(jpeg: Buffer): Buffer {
  const kept: Buffer[] = [jpeg.subarray(0, 2)]
  let at = 2
  // Segments up to the start of scan: marker, length, data.
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    if (jpeg[at + 1] !== 0xc4) kept.push(jpeg.subarray(at, end))
    at = end
  }
  return Buffer.concat([...kept, jpeg.subarray(at)])
}
