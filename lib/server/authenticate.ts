import { createHash, timingSafeEqual } from 'node:crypto'
import type { Request, RequestHandler } from 'express'
import { MioError } from '../camera/errors.ts'
import type { Log } from './log.ts'
import { sendPage } from './page.ts'

/**
 * Lets through who knows the secret, said in any of the ways that some dashboard has: `Authorization: Bearer`,
 * the password of `Authorization: Basic` with any user name, or `?token=`, because `<img>` can send no header.
 */
export function authenticate(token: string, log: Log): RequestHandler {
  const secret = digest(token)
  return (request, response, next) => {
    const given = credentialsOf(request)
    // Each is compared, and whole digests, so that the time taken tells nothing.
    if (given.map((one) => timingSafeEqual(digest(one), secret)).includes(true)) return next()
    if (given.length > 0) log.warn({ client: request.ip, path: request.path }, 'a request with a wrong token')
    if (isNavigation(request)) {
      // A form in the page instead of the browser's own question for a name and a password.
      response.status(401).set('WWW-Authenticate', 'Bearer realm="MotionInOcean"')
      return sendPage('login.html', response)
    }
    // Basic first: browsers and Home Assistant take the first scheme that they know.
    response.set('WWW-Authenticate', 'Basic realm="MotionInOcean", charset="UTF-8", Bearer realm="MotionInOcean"')
    throw new MioError('ERR_UNAUTHORIZED', {
      asked: `${request.method} ${request.path}`,
      found: given.length > 0 ? 'the token is wrong' : 'the request has no token',
    })
  }
}

/**
 * A person opens the page, as opposed to a program, or the page itself, that asks for something. Browsers tell that
 * better by `Sec-Fetch-Mode`, but not over plain http.
 */
function isNavigation({ method, headers }: Request): boolean {
  return method === 'GET' && headers.accept?.startsWith('text/html') === true
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function credentialsOf({ headers: { authorization = '' }, query }: Request): string[] {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? []
  const given = typeof query['token'] === 'string' ? [query['token']] : []
  if (/^bearer$/i.test(scheme)) given.push(value)
  if (/^basic$/i.test(scheme)) given.push(passwordOf(Buffer.from(value, 'base64').toString()))
  return given
}

/** A user name has no colon, a password may (RFC 7617). */
function passwordOf(pair: string): string {
  return pair.slice(pair.indexOf(':') + 1)
}
