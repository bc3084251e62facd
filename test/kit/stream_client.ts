import { once } from 'node:events'
import net from 'node:net'
import { MultipartReader, type ReceivedPart } from './multipart_reader.ts'

export interface StreamRequest {
  method?: string
  headers?: Record<string, string>
  /** Reads the answer's head and then nothing more. */
  stalled?: boolean
}

/**
 * A viewer on a bare socket: sees the answer byte by byte, and can stall, or reset the connection.
 *
 * ```ts
 * await using viewer = await StreamClient.open(url)
 * const part = await viewer.part()
 * ```
 */
export class StreamClient implements AsyncDisposable {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** Parts received and not asked for yet. */
  readonly parts: ReceivedPart[] = []
  /** How many parts have come. */
  received = 0
  /** Whether the stream ended with its closing delimiter. */
  get finished(): boolean {
    return this.#reader.finished
  }
  /** The connection is closed. */
  get closed(): boolean {
    return this.#socket.closed
  }

  readonly #socket: net.Socket
  readonly #reader: MultipartReader
  #failure: Error | undefined
  #wake = (): void => {}

  static async open(
    url: string,
    { method = 'GET', headers = {}, stalled = false }: StreamRequest = {},
  ): Promise<StreamClient> {
    const { hostname, port, pathname, search, host } = new URL(url)
    const socket = net.connect({ host: hostname, port: Number(port) })
    const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`)
    let head = Buffer.alloc(0)
    while (!head.includes('\r\n\r\n')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      head = Buffer.concat([head, chunk])
    }
    socket.pause()
    return new StreamClient(socket, head, stalled)
  }

  private constructor(socket: net.Socket, begin: Buffer, stalled: boolean) {
    const end = begin.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = begin.toString('latin1', 0, end).split('\r\n')
    this.#socket = socket
    this.status = Number(statusLine.split(' ')[1])
    this.headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(': ')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)]
      }),
    )
    this.#reader = new MultipartReader(/boundary=(\S+)$/.exec(this.headers.get('content-type') ?? '')?.[1] ?? '')
    socket.on('error', () => {})
    socket.on('close', () => this.#wake())
    if (stalled) return
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#read(begin.subarray(end + 4))
    socket.resume()
  }

  #read(chunk: Buffer): void {
    if (!this.headers.get('content-type')?.startsWith('multipart/')) return
    try {
      const parts = this.#reader.push(chunk)
      this.received += parts.length
      this.parts.push(...parts)
    } catch (error) {
      this.#failure = error as Error
      this.#socket.destroy()
    }
    this.#wake()
  }

  /** The next part. Rejects when the connection closes first or the bytes are not the wire format. */
  async part(): Promise<ReceivedPart> {
    await this.until(() => this.parts.length > 0)
    return this.parts.shift()!
  }

  /** The next part that `matches`. */
  async partThat(matches: (part: ReceivedPart) => boolean): Promise<ReceivedPart> {
    for (;;) {
      const part = await this.part()
      if (matches(part)) return part
    }
  }

  /** Waits for a condition that bytes from the server make true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#failure) throw this.#failure
      if (this.closed) throw new Error('the connection has closed')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    if (this.#failure) throw this.#failure
  }

  /** Waits until the server has closed the connection. */
  async end(): Promise<void> {
    this.#socket.resume()
    while (!this.closed) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (this.#failure) throw this.#failure
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Sends more, behind the request. */
  write(text: string): void {
    this.#socket.write(text)
  }

  /** Says that it sends no more, and goes on reading. */
  closeOwnSide(): void {
    this.#socket.end()
  }

  /** Closes with a TCP reset, in the middle of whatever is being sent. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    if (!this.closed) await once(this.#socket, 'close')
  }
}
