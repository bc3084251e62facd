import type { ErrorRequestHandler, RequestHandler } from 'express'
import { type ErrorCode, MioError } from '../camera/errors.ts'
import type { Log } from './log.ts'

/** HTTP status by code; what is not here is a fault of the camera or of the service. */
const statuses: Partial<Record<ErrorCode, number>> = {
  ERR_BAD_REQUEST: 400,
  ERR_UNAUTHORIZED: 401,
  ERR_NOT_FOUND: 404,
  ERR_UNKNOWN_CAMERA: 404,
  ERR_METHOD_NOT_ALLOWED: 405,
  ERR_TOO_LARGE: 413,
  ERR_UNSUPPORTED_TYPE: 415,
  ERR_INVALID_OPTION: 422,
  ERR_UNKNOWN_CONTROL: 422,
  ERR_NOT_SUPPORTED: 422,
  ERR_INTERNAL: 500,
}

/** Seconds after which a client may try again. */
export const retryAfter = '5'

export const notFound: RequestHandler = (request) => {
  throw new MioError('ERR_NOT_FOUND', { asked: `${request.method} ${request.path}`, found: 'there is nothing' })
}

/** Answers each error with `{ code, message }`. What was not foreseen is logged and not told. */
export function answerErrors(log: Log): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) return next(thrown)
    const error = asMioError(thrown)
    if (error.code === 'ERR_INTERNAL') {
      const { requestId } = response.locals
      log.error({ err: thrown, requestId, method: request.method, path: request.path }, 'request failed')
    }
    const status = statuses[error.code] ?? 503
    if (status === 503) response.set('Retry-After', retryAfter)
    response.status(status).set('Cache-Control', 'no-store').json({ code: error.code, message: error.message })
  }
}

function asMioError(thrown: unknown): MioError {
  if (thrown instanceof MioError) return thrown
  const status = thrown instanceof Error && 'status' in thrown ? Number(thrown.status) : 500
  if (status === 413) return new MioError('ERR_TOO_LARGE', { found: 'the request is too large' })
  if (status === 415) return new MioError('ERR_UNSUPPORTED_TYPE', { found: 'the body is in a form that is not read' })
  // Express's own complaints, about a malformed path for instance.
  if (status >= 400 && status < 500) return new MioError('ERR_BAD_REQUEST', { found: 'the request is malformed' })
  return new MioError('ERR_INTERNAL', { found: 'something unforeseen happened', cause: thrown })
}
