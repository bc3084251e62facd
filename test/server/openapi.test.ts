import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Express } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { createApp } from '../../lib/server/create_app.ts'
import { startService, type TestService } from '../kit/server.ts'

interface Operation {
  operationId: string
  parameters?: { name: string; schema: object }[]
  requestBody?: { content: { 'application/json': { schema: object } } }
  responses: Record<string, { content: Record<string, { schema?: object }> }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
  components: object
}

const token = 'a-token-for-tests'
let camera: LastingCamera
let service: TestService
let document: Document

const options = () => ({ sources: [camera] as [LastingCamera], token, authOpen: ['metrics'] as const })
const authorization = { Authorization: `Bearer ${token}` }

beforeEach(async () => {
  camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240 })
  service = await startService(options())
  await camera.start()
  document = (await (await fetch(`${service.url}/openapi.json`, { headers: authorization })).json()) as Document
})

afterEach(async () => {
  await service.close()
  await camera.close()
})

function operations(): [method: string, path: string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([key]) => key !== 'parameters')
      .map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  )
}

/** Whether a media type is the one that is documented, which may be a pattern. */
function isType(actual: string, documented: string): boolean {
  const plain = (type: string) => type.replaceAll(/[;\s].*$/g, '').toLowerCase()
  const [range = '', kind = ''] = plain(documented).split('/')
  return (
    (range === '*' || plain(actual).startsWith(`${range}/`)) && (kind === '*' || plain(actual).endsWith(`/${kind}`))
  )
}

async function answersAsDocumented(method: string, path: string, operation: Operation, init: RequestInit = {}) {
  const stop = new AbortController()
  const url = service.url + path.replace('{id}', 'cam0')
  const answer = await fetch(url, { method: method.toUpperCase(), signal: stop.signal, ...init })
  const documented = operation.responses[answer.status]
  expect(documented, `${method} ${path} answers ${answer.status}`).toBeDefined()
  const [[type, { schema }] = ['', {}]] = Object.entries(documented!.content)
  const actual = answer.headers.get('content-type') ?? ''
  expect(isType(actual, type), `${method} ${path}: ${actual} is ${type}`).toBe(true)
  if (!schema) return stop.abort()
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } })
  ajv.addSchema({ $id: 'root', components: document.components })
  const relative = JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"root#/components')) as object
  const validate = ajv.compile(relative)
  const body: unknown = await answer.json()
  expect(validate(body), `${method} ${path}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`).toBe(true)
  return answer.status
}

test('each documented route answers as documented', { timeout: 60_000 }, async () => {
  expect(operations().length).toBeGreaterThan(30)
  for (const [method, path, operation] of operations()) {
    const body = method === 'get' ? {} : { body: '{}' }
    const status = await answersAsDocumented(method, path, operation, { headers: authorization, ...body })
    // There is no page at /webcam/, and a camera need not have everything.
    const also = path === '/webcam/' ? 404 : 422
    expect([200, undefined, also]).toContain(status)
  }
})

test('and as documented without the token, with bad parameters and with bad bodies', { timeout: 120_000 }, async () => {
  for (const [method, path, operation] of operations()) {
    if (path.startsWith('/webcam/')) continue // The same handlers as without.
    await answersAsDocumented(method, path, operation)
    for (const { name } of operation.parameters ?? []) {
      await answersAsDocumented(method, `${path}?${name}=-7x`, operation, { headers: authorization })
    }
    if (!operation.requestBody) continue
    for (const body of ['{"no":"such"}', '{', `{"a":"${'a'.repeat(70_000)}"}`]) {
      await answersAsDocumented(method, path, operation, { headers: authorization, body })
    }
  }
})

test('each route is documented', () => {
  const documented = new Set(
    operations().map(([method, path]) => `${method} ${path.replace(/^\/(cameras\/\{id\}|webcam)(?=\/)/, '')}`),
  )
  const routes = routesOf(createApp(options()).router as unknown as Layered)
  expect(routes.length).toBeGreaterThan(15)
  expect(routes.filter((route) => !documented.has(route))).toEqual([])
})

interface Layered {
  stack: { route?: { path: string; methods: Record<string, boolean> }; handle: Partial<Layered> }[]
}

/** The routes in an Express router and those within it, by its own account. */
function routesOf({ stack }: Layered): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (handle.stack && !route) return routesOf(handle as Layered)
    return route
      ? Object.keys(route.methods)
          .filter((method) => method !== '_all')
          .map((method) => `${method} ${route.path}`)
      : []
  })
}

describe('the document', () => {
  test('pleases a linter', async () => {
    const config = await createConfig({
      extends: ['recommended'],
      rules: {
        // What a stream, /health and the like cannot have.
        'operation-4xx-response': 'off',
        'security-defined': 'error',
        // The page's, so that its relative URLs are right.
        'no-path-trailing-slash': 'off',
      },
    })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
  })

  test('says nothing of a token where there is none', async () => {
    await using open = await startService({ sources: [camera] })
    const text = await (await fetch(`${open.url}/openapi.json`)).text()
    expect(text).not.toContain('bearer')
    expect(text).not.toContain('"401"')
  })

  test('is the same for programs below a base path', async () => {
    await using below = await startService({ ...options(), basePath: '/cam' })
    const other = await fetch(`${below.url}/cam/openapi.json`, { headers: authorization })
    expect(await other.json()).toEqual(document)
  })
})

test('Express tells its routes as this test reads them', () => {
  expect(routesOf((createApp(options()) as Express & { router: Layered }).router)).toContain('get /snapshot.jpg')
})
