import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { monotonicNow } from '../stream/clock.ts'
import type { Log } from './log.ts'

/** Gives each request an id, which its answer and every log line about it have, and logs it when it is over. */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const begun = monotonicNow()
    const requestId = idOf(request.get('x-request-id'))
    response.locals['requestId'] = requestId
    response.set('X-Request-Id', requestId)
    response.once('close', () => {
      const { method, ip: client, originalUrl } = request
      const { statusCode: status, writableFinished: complete } = response
      const milliseconds = Math.round(monotonicNow() - begun)
      log.debug(
        { requestId, client, method, url: withoutToken(originalUrl), status, complete, milliseconds },
        'request',
      )
    })
    next()
  }
}

/** A proxy's own id goes on, if it can do no harm in a log. */
function idOf(given: string | undefined): string {
  return given !== undefined && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID()
}

/** The URL as it may be written down. */
export function withoutToken(url: string): string {
  if (!url.includes('?')) return url
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  if (!parameters.has('token')) return url
  parameters.set('token', '(hidden)')
  return `${path}?${parameters.toString()}`
}
