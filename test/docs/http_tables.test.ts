// The tables in docs/http.md are made from what /openapi.json says: UPDATE_DOCS=1 npm test -- test/docs
import { beforeAll, expect, test } from 'vitest'
import { ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { expectMadeTable } from './made.ts'

interface Schema {
  type?: string | string[]
  anyOf?: Schema[]
  enum?: string[]
  format?: string
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  description?: string
  properties?: Record<string, Schema>
}
interface Operation {
  tags: string[]
  summary: string
  parameters?: { name: string; description?: string; schema: Schema }[]
  responses: Record<string, { content: Record<string, { schema?: Schema }> }>
}
interface Route extends Operation {
  method: string
  path: string
}

/** Of the service and of the first camera: those of the others are the same. */
let routes: Route[]
beforeAll(async () => {
  await using service = await startService({ sources: [new ScriptedSource([])] })
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>
  }
  routes = Object.entries(paths)
    .filter(([path]) => !/^\/(webcam|cameras)\//.test(path))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
    )
})

const made = (name: string, rows: string[][]): void =>
  expectMadeTable('docs/http.md', name, 'lib/server/openapi.ts', rows)

/** What is one route under several names stands in one row. */
function together(all: Route[]): [first: Route, paths: string][] {
  const alike = (one: Route) => all.filter(({ method, summary }) => method === one.method && summary === one.summary)
  return all
    .filter((one) => alike(one)[0] === one)
    .map((first) => [
      first,
      alike(first)
        .map(({ path }) => `\`${path}\``)
        .join(', '),
    ])
}

/** What is allowed, or of what kind it is, for people. */
function kindOf({ type, anyOf, enum: names, format, minimum, exclusiveMinimum, maximum }: Schema): string {
  const variants = anyOf ?? (Array.isArray(type) ? type.map((one) => ({ type: one })) : undefined)
  if (variants) return variants.map(kindOf).join(' or ')
  if (type === 'null') return 'null'
  if (names) return names.map((name) => `\`${name}\``).join(', ')
  const kind = { integer: 'whole number', number: 'number', boolean: 'true or false' }[String(type)] ?? format ?? 'text'
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ''
  if (exclusiveMinimum !== undefined) return `${kind} above ${exclusiveMinimum}${most}`
  return minimum === undefined || (minimum === 0 && !most) ? kind : `${kind} from ${minimum}${most}`
}

test('routes', () => {
  const rows = together(routes).map(([{ method, summary, responses }, paths]) => [
    method,
    paths,
    summary,
    Object.keys(responses).join(', '),
  ])
  expect(rows.length).toBeGreaterThan(15)
  made('routes', [['', 'path', 'what', 'answers'], ...rows])
})

test('parameters', () => {
  const rows = together(routes).flatMap(([{ path, parameters = [] }]) =>
    parameters.map(({ name, description = '', schema }) => [`\`${path}\``, `\`${name}\``, kindOf(schema), description]),
  )
  expect(rows.length).toBeGreaterThan(10)
  made('parameters', [['path', 'parameter', 'values', 'what'], ...rows])
})

test('what /api/status tells', () => {
  const { responses } = routes.find(({ path }) => path === '/api/status')!
  const fields = responses['200']!.content['application/json']!.schema!.properties!
  const rows = Object.entries(fields).map(([name, schema]) => [`\`${name}\``, kindOf(schema), schema.description ?? ''])
  expect(rows.length).toBeGreaterThan(30)
  made('status', [['field', 'value', 'what'], ...rows])
})
