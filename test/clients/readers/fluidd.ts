import type { Client, ClientReader } from './reader.ts'

/** What Fluidd asks its byte reader for at a time. */
const pieceSize = 8192

/**
 * Fluidd's player (`src/workers/mjpegStream.ts`): searches the raw bytes for the boundary, so that one inside a
 * JPEG would cut it; shows what lies between the end of a part's headers and the next boundary, the line end
 * in front of that included; ignores Content-Length.
 */
class FluiddReader implements ClientReader {
  readonly #delimiter: Buffer
  #bytes: Buffer = Buffer.alloc(0)

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`--${boundary}`, 'utf8')
  }

  push(chunk: Uint8Array): Buffer[] {
    const pictures: Buffer[] = []
    for (let from = 0; from < chunk.length; from += pieceSize) {
      this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(from, from + pieceSize)])
      this.#take(pictures)
    }
    return pictures
  }

  #take(pictures: Buffer[]): void {
    for (;;) {
      const begin = this.#bytes.indexOf(this.#delimiter)
      const after = begin + this.#delimiter.length
      const next = begin < 0 ? -1 : this.#bytes.indexOf(this.#delimiter, after)
      if (next < 0) return
      const head = this.#bytes.indexOf('\r\n\r\n', after)
      if (head >= 0 && head < next) pictures.push(this.#bytes.subarray(head + 4, next))
      this.#bytes = this.#bytes.subarray(next)
    }
  }
}

export const fluidd: Client = {
  name: 'Fluidd',
  most: Infinity,
  read(contentType) {
    if (!contentType.includes('multipart')) throw new Error(`Invalid content-type "${contentType}"`)
    const boundary = /boundary=([^;]+)/.exec(contentType)?.[1]
    if (!boundary) throw new Error(`Boundary not found in content-type "${contentType}"`)
    return new FluiddReader(boundary)
  },
}
