import { json, type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import * as z from 'zod'
import { MioError } from '../camera/errors.ts'
import { turnOf } from './in_turn.ts'
import { parseQuery } from './query.ts'

/** What one status of an endpoint means. */
export interface Answer {
  readonly about: string
  /** Media type; by default JSON. */
  readonly type?: string
  /** Of JSON. Made when the document is asked for: there are many, and a start shall not wait for them. */
  readonly schema?: () => z.ZodType
}

/** A request with its parameters checked. */
export interface Call<Query, Body> {
  readonly query: Query
  readonly body: Body
  readonly request: Request
  readonly response: Response
  /** Leaves the request to whoever comes next. */
  readonly next: NextFunction
}

/** One row of the route table: the routes and `/openapi.json` are both made from it. */
export interface Endpoint<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  readonly method: 'get' | 'patch' | 'post'
  readonly path: string
  /** Other paths of the same. */
  readonly aliases?: readonly string[]
  readonly summary: string
  /** Open without the token. */
  readonly open?: boolean
  readonly query?: Query
  /** Of JSON; an empty body counts as `{}`. */
  readonly body?: Body
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of errors that it may answer with, but for those that follow from its query, its body and the token. */
  readonly errors?: readonly number[]
  /** Answers, or returns what is to be answered as JSON. */
  handle(call: Call<z.output<Query>, z.output<Body>>): unknown
}

/** An endpoint whose handler knows its parameters' types. */
export function endpoint<Query extends z.ZodType, Body extends z.ZodType>(row: Endpoint<Query, Body>): Endpoint {
  return row
}

/** The routes of a table. Of a path that is there, methods that are not are refused by name. */
export function endpointRouter(endpoints: readonly Endpoint[]): Router {
  const router = Router()
  const pathsOf = ({ path, aliases = [] }: Endpoint): string[] => [path, ...aliases]
  for (const path of new Set(endpoints.flatMap(pathsOf))) {
    const rows = endpoints.filter((row) => pathsOf(row).includes(path))
    const route = router.route(path)
    for (const row of rows) {
      if (row.body) route[row.method](fromOurPage, readBody)
      route[row.method](handlerOf(row))
    }
    route.all(refuse(rows.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))))
  }
  return router
}

/** What answers a row's requests. */
export function handlerOf(row: Endpoint): RequestHandler {
  const { query, body } = row
  return async (request, response, next) => {
    await turnOf(response)
    const result: unknown = await row.handle({
      query: query && parseQuery(query, request),
      body: body && parseBody(body, request),
      request,
      response,
      next,
    })
    if (result !== undefined) response.set('Cache-Control', 'no-store').json(result)
  }
}

/** Whatever its type is said to be: `curl -d` says that it is a form. */
const readBody = json({ limit: '64kb', type: () => true })

/**
 * A foreign page may send a form, or nothing, to any address of the home network without asking; for JSON its browser
 * asks first, and is told no. Programs send no `Origin`.
 */
const fromOurPage: RequestHandler = (request, _response, next) => {
  if (request.get('origin') === undefined || /^application\/json\b/i.test(request.get('content-type') ?? ''))
    return next()
  throw new MioError('ERR_UNSUPPORTED_TYPE', {
    asked: `${request.method} ${request.path}`,
    found: 'a page may change something only by application/json',
  })
}

/** @throws {MioError} `ERR_INVALID_OPTION` */
function parseBody(schema: z.ZodType, request: Request): unknown {
  const body: unknown = request.body ?? {}
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = issue?.code === 'unrecognized_keys' ? String(issue.keys[0]) : (issue?.path.join('.') ?? '')
  const value = name ? (body as Record<string, unknown>)[name.split('.')[0] ?? ''] : body
  throw new MioError('ERR_INVALID_OPTION', {
    asked: `${request.method} ${request.path}`,
    found: `${name || 'the body'} is ${JSON.stringify(value)?.slice(0, 100)}: ${issue?.message}`,
  })
}

function refuse(allowed: readonly string[]): RequestHandler {
  return (request, response, next) => {
    // A handler that left the request to others.
    if (allowed.includes(request.method)) return next()
    response.set('Allow', [...allowed, 'OPTIONS'].join(', '))
    throw new MioError('ERR_METHOD_NOT_ALLOWED', {
      asked: `${request.method} ${request.path}`,
      found: `it takes ${allowed.join(', ')}`,
    })
  }
}
