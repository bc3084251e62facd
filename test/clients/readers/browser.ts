import type { Client, ClientReader } from './reader.ts'

/**
 * A browser's `<img>`, which is what OctoPrint, Homepage, Grafana and the adaptive players show (Chromium's
 * `MultipartImageResourceParser`): a part ends where the next boundary begins, whatever its length header
 * says, and is shown only then. The line end in front of the boundary belongs to the boundary.
 */
class BrowserReader implements ClientReader {
  readonly #delimiter: Buffer
  #bytes: Buffer = Buffer.alloc(0)
  #inBody = false

  constructor(boundary: string) {
    this.#delimiter = Buffer.from(boundary.startsWith('--') ? boundary : `--${boundary}`, 'latin1')
  }

  push(chunk: Uint8Array): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const pictures: Buffer[] = []
    for (let step = this.#step(); step !== 'more'; step = this.#step()) if (step !== 'on') pictures.push(step)
    return pictures
  }

  #step(): Buffer | 'on' | 'more' {
    if (!this.#inBody) {
      const head = this.#bytes.indexOf('\r\n\r\n')
      if (head < 0) return 'more'
      this.#bytes = this.#bytes.subarray(head + 4)
      this.#inBody = true
      return 'on'
    }
    const end = this.#bytes.indexOf(this.#delimiter)
    if (end < 0) return 'more'
    const picture = this.#bytes.subarray(0, end)
    this.#bytes = this.#bytes.subarray(end + this.#delimiter.length)
    this.#inBody = false
    return picture.subarray(-2).equals(Buffer.from('\r\n')) ? picture.subarray(0, -2) : picture
  }
}

export const browser: Client = {
  name: 'a browser (OctoPrint, Homepage, Grafana)',
  most: Infinity,
  read(contentType) {
    const match = /^multipart\/x-mixed-replace\s*;\s*boundary="?([^";]+)"?/i.exec(contentType)
    if (!match) throw new Error(`no multipart stream: ${contentType}`)
    return new BrowserReader(match[1]!)
  },
}
