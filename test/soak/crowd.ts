import { once } from 'node:events'
import net from 'node:net'
import { StreamClient } from '../kit/stream_client.ts'

/** A viewer of the crowd: watches until it is told to leave. */
export interface Visitor {
  leave(): Promise<void>
}

/** Pictures of the camera and placeholders that a healthy viewer was given. */
export interface Tally {
  pictures: number
  /** By `X-Camera-State`. */
  readonly placeholders: Map<string, number>
}

/** Reads all that comes, as strictly as the wire format is. */
export async function healthy(url: string): Promise<Visitor & { tally: Tally; ended: Promise<void> }> {
  const client = await StreamClient.open(url)
  const tally: Tally = { pictures: 0, placeholders: new Map() }
  let left = false
  const ended = (async () => {
    for (;;) {
      const { state } = await client.part()
      if (state === undefined) tally.pictures++
      else tally.placeholders.set(state, (tally.placeholders.get(state) ?? 0) + 1)
    }
  })().catch((error: unknown) => {
    if (!left) throw error
  })
  // Looked at when the visitor leaves: until then a failure is not unhandled.
  ended.catch(() => {})
  const leave = async () => {
    left = true
    await client[Symbol.asyncDispose]()
    await ended
  }
  return { tally, ended, leave }
}

/** Never reads more than the answer's head. The service may cut it after its send timeout; then it comes again. */
export function stalled(url: string): Visitor {
  return again(
    () => StreamClient.open(url, { stalled: true }),
    (client) => client.end(),
  )
}

/** Comes, stays for a while that the chances decide, and resets the connection in the middle of a picture. */
export function resetting(url: string, chance: () => number): Visitor {
  return again(
    () => StreamClient.open(url),
    async (client) => {
      const pictures = 1 + Math.floor(chance() * 40)
      await client.until(() => client.received >= pictures)
      client.reset()
    },
  )
}

/** Reads so many bytes a second, as over a bad radio link. */
export function slow(url: string, bytesPerSecond: number): Visitor {
  const { hostname, port, pathname } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port) })
  socket.on('error', () => {}).write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
  let timer: NodeJS.Timeout
  socket.on('data', (chunk: Buffer) => {
    socket.pause()
    timer = setTimeout(() => socket.resume(), (chunk.length / bytesPerSecond) * 1000)
  })
  return {
    async leave() {
      clearTimeout(timer)
      socket.destroy()
      if (!socket.closed) await once(socket, 'close')
    },
  }
}

/** Opens, does `visit`, and comes again until it has to leave. */
function again(open: () => Promise<StreamClient>, visit: (client: StreamClient) => Promise<unknown>): Visitor {
  let left = false
  let current: StreamClient | undefined
  const done = (async () => {
    while (!left) {
      current = await open()
      // However it ends, it comes again.
      if (!left) await visit(current).catch(() => {})
      await current[Symbol.asyncDispose]()
    }
  })()
  done.catch(() => {})
  const leave = async () => {
    left = true
    await current?.[Symbol.asyncDispose]()
    await done
  }
  return { leave }
}
