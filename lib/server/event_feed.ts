import type { ServerResponse } from 'node:http'
import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'
import { startedAt, statusOf } from './status.ts'

/** Milliseconds between two `status` events: they are the heartbeat as well. */
const interval = 2000
/** Changes that are kept for those who come back. */
const remembered = 50
/** Bytes that may wait for a client; one that has not taken as many is not there any more. */
const patience = 64 * 1024

/**
 * A camera's state as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html): `state`
 * and `encoder` with each change, `status` every two seconds. A client that comes back gets the changes that it missed.
 * Listening does not keep a camera awake.
 */
export class EventFeed {
  readonly #source: FrameSource
  readonly #clients = new Set<ServerResponse>()
  /** The last changes, oldest first. */
  readonly #changes: { serial: number; text: string }[] = []
  /** Another run of the service has other numbers. */
  readonly #run = Date.parse(startedAt).toString(36)
  #serial = 0
  #timer: NodeJS.Timeout | undefined

  constructor(source: FrameSource) {
    this.#source = source
    source.onState(({ status, since, code, message }) => {
      this.#tell('state', { status, since, code: code ?? null, reason: message ?? null })
    })
    source.onEncoder(({ name, reason, device, fallbacks }, fault) => {
      this.#tell('encoder', { encoder: name, code: fault?.code ?? null, reason, device: device ?? null, fallbacks })
    })
  }

  /** Who listens now. */
  get size(): number {
    return this.#clients.size
  }

  /** @param lastId the last event that the client has seen, if it comes back */
  join(response: ServerResponse, lastId = ''): void {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    response.write(`retry: ${interval}\n\n${this.#missedSince(lastId)}${this.#status()}`)
    if (response.closed) return
    this.#clients.add(response)
    response.once('close', () => this.#leave(response))
    this.#timer ??= setInterval(() => this.#send(this.#status()), interval).unref()
  }

  /** Ends all feeds. */
  close(): void {
    for (const client of this.#clients) {
      client.end()
      // It may take a while until that has been taken, and nothing may be written any more.
      this.#leave(client)
    }
  }

  #leave(response: ServerResponse): void {
    this.#clients.delete(response)
    if (this.#clients.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tell(event: string, data: object): void {
    const serial = ++this.#serial
    const text = `id: ${this.#run}-${serial}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
    this.#changes.push({ serial, text })
    if (this.#changes.length > remembered) this.#changes.shift()
    this.#send(text)
  }

  #missedSince(lastId: string): string {
    const [run, serial = ''] = lastId.split('-')
    if (run !== this.#run || !/^\d+$/.test(serial)) return ''
    return this.#changes
      .filter((change) => change.serial > Number(serial))
      .map(({ text }) => text)
      .join('')
  }

  #status(): string {
    return `event: status\ndata: ${JSON.stringify(statusOf(this.#source, hubOf(this.#source)))}\n\n`
  }

  #send(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > patience) client.destroy()
      else client.write(text)
    }
  }
}

const feeds = new WeakMap<FrameSource, EventFeed>()

/** The one feed of a source. */
export function eventsOf(source: FrameSource): EventFeed {
  const feed = feeds.get(source) ?? new EventFeed(source)
  feeds.set(source, feed)
  return feed
}
