import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http'

/**
 * Requests and answers of one server that are born as its Express application wants them. Express gives each of them a
 * prototype of its own (`app.request`, `app.response`). To change an object's prototype makes V8 forget all that it knows
 * of its kind, and everything after that is slow: more than half of a short request's time. Where the object has that
 * prototype already, nothing changes.
 */
export class ExpressMessages {
  /** As `http.createServer` takes them. */
  readonly IncomingMessage: typeof IncomingMessage = class extends IncomingMessage {}
  readonly ServerResponse: typeof ServerResponse = class<T extends IncomingMessage> extends ServerResponse<T> {}

  /** From here on they are `app`'s, if it is an Express application. */
  adopt<T extends RequestListener>(app: T): T {
    if ('request' in app && 'response' in app) {
      app.request = inherit(this.IncomingMessage.prototype, app.request as object)
      app.response = inherit(this.ServerResponse.prototype, app.response as object)
    }
    return app
  }
}

/** `prototype` with what `wanted` has and inherits. */
function inherit(prototype: object, wanted: object): object {
  Object.setPrototypeOf(prototype, Object.getPrototypeOf(wanted) as object)
  return Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(wanted))
}
