/** One part as it came over the wire. */
export interface ReceivedPart {
  readonly jpeg: Buffer
  /** `X-Timestamp` in milliseconds. */
  readonly timestamp: number
  /** `X-Camera-State`: set for a placeholder, undefined for a picture of the camera. */
  readonly state: string | undefined
}

/**
 * Reads the body of a stream as strictly as the strictest client: whatever deviates from the wire format
 * by one byte throws. Bytes may come in any pieces.
 */
export class MultipartReader {
  /** The closing delimiter has come. */
  finished = false
  readonly #boundary: string
  #rest: Buffer = Buffer.alloc(0)
  #opened = false

  constructor(boundary: string) {
    this.#boundary = boundary
  }

  /** Bytes of a part that is not whole yet. */
  get pending(): number {
    return this.#rest.length
  }

  push(chunk: Uint8Array): ReceivedPart[] {
    this.#rest = Buffer.concat([this.#rest, chunk])
    const parts: ReceivedPart[] = []
    for (let part = this.#next(); part; part = this.#next()) parts.push(part)
    return parts
  }

  #next(): ReceivedPart | undefined {
    if (this.finished) {
      must(this.#rest.length === 0, `${this.#rest.length} bytes after the closing delimiter`)
      return undefined
    }
    if (!this.#opened) {
      const opening = `--${this.#boundary}\r\n`
      if (this.#rest.length < opening.length) return undefined
      must(this.#text(0, opening.length) === opening, `the body begins with ${this.#quote(0, opening.length)}`)
      this.#rest = this.#rest.subarray(opening.length)
      this.#opened = true
    }
    const headEnd = this.#rest.indexOf('\r\n\r\n')
    if (headEnd < 0) {
      must(this.#rest.length < 1000, 'part headers without an end')
      return undefined
    }
    const headers = this.#headers(headEnd)
    const start = headEnd + 4
    const length = Number(headers.get('content-length'))
    const after = start + length
    // Both delimiters have the same length but for two dashes.
    const delimiter = `\r\n--${this.#boundary}`
    const tail = after + delimiter.length + 2
    if (this.#rest.length < tail) return undefined
    must(
      this.#text(after, after + delimiter.length) === delimiter,
      `no boundary after the JPEG: ${this.#quote(after, tail)}`,
    )
    const lineEnd = this.#text(after + delimiter.length, tail)
    let end = tail
    if (lineEnd === '--') {
      end += 2
      if (this.#rest.length < end) return undefined
      must(this.#text(tail, end) === '\r\n', 'no line end after the closing delimiter')
      this.finished = true
    } else must(lineEnd === '\r\n', `the boundary is not alone on its line: ${this.#quote(after, tail)}`)

    const jpeg = Buffer.from(this.#rest.subarray(start, after))
    checkJpeg(jpeg)
    this.#rest = Buffer.from(this.#rest.subarray(end))
    return { jpeg, timestamp: Number(headers.get('x-timestamp')) * 1000, state: headers.get('x-camera-state') }
  }

  #headers(end: number): Map<string, string> {
    const headers = new Map<string, string>()
    for (const line of this.#text(0, end).split('\r\n')) {
      const match = /^([A-Za-z-]+): ([\x21-\x7e]+)$/.exec(line)
      must(match, `part header ${JSON.stringify(line)}`)
      headers.set(match[1]!.toLowerCase(), match[2]!)
    }
    must(headers.get('content-type') === 'image/jpeg', `Content-Type ${headers.get('content-type')}`)
    must(/^[1-9]\d*$/.test(headers.get('content-length') ?? ''), `Content-Length ${headers.get('content-length')}`)
    must(/^\d{10}\.\d{6}$/.test(headers.get('x-timestamp') ?? ''), `X-Timestamp ${headers.get('x-timestamp')}`)
    return headers
  }

  #text(start: number, end: number): string {
    return this.#rest.toString('latin1', start, end)
  }

  #quote(start: number, end: number): string {
    return JSON.stringify(this.#text(start, end))
  }
}

/** One start and one end marker, at the ends: Home Assistant and Mainsail search for them. */
export function checkJpeg(jpeg: Buffer): void {
  const [start, end] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])]
  must(jpeg.indexOf(start) === 0 && jpeg.lastIndexOf(start) === 0, 'the JPEG has no or a second start marker')
  must(jpeg.indexOf(end) === jpeg.length - 2, 'the JPEG has no or a second end marker')
}

function must(condition: unknown, complaint: string): asserts condition {
  if (!condition) throw new Error(`not the wire format: ${complaint}`)
}
