import type { Client, ClientReader } from './reader.ts'

/**
 * Mainsail's player (`src/components/webcams/streamers/mjpegstreamer.worker.ts`): goes through the bytes one by
 * one; everything in front of a start marker is header text, from which it takes the length; the first byte
 * after so many is what makes it paint. It does not look across pieces, so a start marker that is split
 * between two of them is not seen, and that picture lost.
 */
class MainsailReader implements ClientReader {
  #headers = ''
  #length = -1
  #image: Buffer = Buffer.alloc(0)
  #read = 0

  push(chunk: Uint8Array): Buffer[] {
    const pictures: Buffer[] = []
    for (let i = 0; i < chunk.length; i++) {
      if (chunk[i] === 0xff && chunk[i + 1] === 0xd8) {
        this.#length = lengthIn(this.#headers)
        if (this.#length < 0) throw new RangeError(`Invalid array length: ${this.#length}`)
        this.#image = Buffer.alloc(this.#length)
      }
      if (this.#length <= 0) {
        this.#headers += String.fromCharCode(chunk[i]!)
      } else if (this.#read < this.#length) {
        this.#image[this.#read++] = chunk[i]!
      } else {
        pictures.push(this.#image)
        this.#length = 0
        this.#read = 0
        this.#headers = ''
      }
    }
    return pictures
  }
}

function lengthIn(headers: string): number {
  const line = headers.split('\n').findLast((header) => header.split(':')[0]!.toLowerCase() === 'content-length')
  return line === undefined ? -1 : Number(line.split(':')[1])
}

export const mainsail: Client = {
  name: 'Mainsail',
  most: Infinity,
  read: () => new MainsailReader(),
}
