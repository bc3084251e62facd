import { urlOf } from './api.js'

/** Of `/api/status`, what the page shows. */
export interface Status {
  status: 'starting' | 'live' | 'waiting' | 'idle' | 'closed'
  code: string | null
  reason: string | null
  fps: number
  latencySeconds: number | null
  temperatureCelsius: number | null
  clients: number
  camera: string
  encoder: string | null
  encoderReason: string | null
  width: number | null
  height: number | null
  restarts: number
  version: string
  startedAt: string
}

/** Milliseconds until the feed is opened again where the browser has given up. */
const again = 2000
/** Two status events further apart than this mean that the computer slept. */
const sleptFor = 10_000

/** Follows `/api/events` for as long as the page is seen. */
export class StatusFeed {
  readonly #onStatus: (status: Status, slept: boolean) => void
  readonly #onLost: () => void
  #events: EventSource | undefined
  #timer: number | undefined
  #last = 0

  constructor(onStatus: (status: Status, slept: boolean) => void, onLost: () => void) {
    this.#onStatus = onStatus
    this.#onLost = onLost
  }

  open(): void {
    this.close()
    this.#last = Date.now()
    const events = new EventSource(urlOf('api/events'))
    events.addEventListener('status', ({ data }: MessageEvent<string>) => this.#show(JSON.parse(data) as Status))
    events.addEventListener('error', () => {
      this.#onLost()
      // After an answer that is no feed, the browser does not try again by itself.
      if (events.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.open(), again)
    })
    this.#events = events
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#events?.close()
  }

  #show(status: Status): void {
    const now = Date.now()
    this.#onStatus(status, now - this.#last > sleptFor)
    this.#last = now
  }
}
