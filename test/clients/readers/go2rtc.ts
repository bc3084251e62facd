import type { Client, ClientReader } from './reader.ts'

/**
 * go2rtc, and with it Frigate (`pkg/mpjpeg/multipart.go`): skips empty lines; the first other line must begin
 * with two dashes; then MIME headers up to an empty line, of which Content-Length must be there and a number;
 * then exactly so many bytes.
 */
class Go2rtcReader implements ClientReader {
  #bytes: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    const pictures: Buffer[] = []
    for (let picture = this.#next(); picture; picture = this.#next()) pictures.push(picture)
    return pictures
  }

  #next(): Buffer | undefined {
    let at = 0
    for (;;) {
      const end = this.#bytes.indexOf('\n', at)
      if (end < 0) return undefined
      const line = this.#bytes.toString('latin1', at, end + 1)
      at = end + 1
      if (line === '\r\n') continue
      if (!line.startsWith('--')) throw new Error(`multipart: wrong boundary: ${JSON.stringify(line)}`)
      break
    }
    const head = this.#bytes.indexOf('\r\n\r\n', at)
    if (head < 0) return undefined
    const length = lengthIn(this.#bytes.toString('latin1', at, head))
    if (this.#bytes.length < head + 4 + length) return undefined
    const picture = this.#bytes.subarray(head + 4, head + 4 + length)
    this.#bytes = this.#bytes.subarray(head + 4 + length)
    return picture
  }
}

function lengthIn(head: string): number {
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`malformed MIME header: missing colon: ${JSON.stringify(line)}`)
    if (line.slice(0, colon).toLowerCase() !== 'content-length') continue
    const text = line.slice(colon + 1).trim()
    if (!/^\d+$/.test(text)) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
    return Number(text)
  }
  throw new Error('multipart: no content length')
}

export const go2rtc: Client = {
  name: 'go2rtc (Frigate)',
  most: Infinity,
  read(contentType) {
    const type = contentType.split(';')[0]
    if (type !== 'multipart/x-mixed-replace') throw new Error(`unsupported Content-Type: ${type}`)
    return new Go2rtcReader()
  },
}
