import type { RequestListener } from 'node:http'

/** What answers requests once it has been loaded; those that come before wait for it. */
export class LateListener {
  readonly #load: () => Promise<RequestListener>
  #loading: Promise<RequestListener> | undefined
  #answer: RequestListener = (request, response) => void this.load().then((answer) => answer(request, response))

  constructor(load: () => Promise<RequestListener>) {
    this.#load = load
  }

  readonly listener: RequestListener = (request, response) => this.#answer(request, response)

  load(): Promise<RequestListener> {
    return (this.#loading ??= this.#load().then((answer) => (this.#answer = answer)))
  }
}
