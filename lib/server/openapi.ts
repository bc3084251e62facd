import { STATUS_CODES } from 'node:http'
import * as z from 'zod'
import { version } from '../package.ts'
import type { Answer, Endpoint } from './endpoint.ts'

interface Tag {
  readonly name: string
  readonly description: string
}

/** A table of endpoints and where its routes are. */
export interface Mount {
  /** E.g. `/cameras/{id}`; empty for the root. */
  readonly prefix: string
  readonly tag: Tag
  readonly endpoints: readonly Endpoint[]
}

const errorSchema = {
  type: 'object',
  properties: {
    code: { type: 'string', description: 'Stable' },
    message: { type: 'string', description: 'One sentence on what was asked and found, and one on what to do' },
  },
  required: ['code', 'message'],
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic', description: 'The token as the password of any user' },
  token: { type: 'apiKey', in: 'query', name: 'token', description: 'For <img>, which can send no header' },
}

/** The document at `/openapi.json` (OpenAPI 3.1), made from the same tables as the routes. */
export function openApi(mounts: readonly Mount[], { isProtected }: { isProtected: boolean }): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const { prefix, tag, endpoints } of mounts) {
    for (const row of endpoints) {
      for (const path of [row.path, ...(row.aliases ?? [])]) {
        const operations = (paths[prefix + path] ??= pathItem(prefix))
        operations[row.method] = operation(row, { tag, prefix, path, isProtected })
      }
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'MotionInOcean',
      version,
      summary: 'Camera streamer',
      description: 'Where a GET is, a HEAD is too. Parameters that are not listed are ignored.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document, so that it is right behind any proxy.
    servers: [{ url: '.' }],
    tags: [...new Set(mounts.map(({ tag }) => tag))],
    ...(isProtected && { security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })) }),
    paths,
    components: { schemas: { Error: errorSchema }, ...(isProtected && { securitySchemes }) },
  }
}

function pathItem(prefix: string): Record<string, object> {
  const names = [...prefix.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  return parameters.length > 0 ? { parameters } : {}
}

interface Place {
  readonly tag: Tag
  readonly prefix: string
  readonly path: string
  readonly isProtected: boolean
}

function operation(row: Endpoint, { tag, prefix, path, isProtected }: Place): object {
  const { method, summary, query, body, answers, errors = [], open } = row
  const always = [
    ...(isProtected && !open ? [401] : []),
    ...(prefix.includes('{') ? [404] : []),
    ...(query ? [400] : []),
    ...(body ? [400, 413, 415, 422] : []),
  ]
  const failures = [...errors, ...always].filter((status) => !(status in answers))
  return {
    operationId: method + inWords(prefix + path),
    summary,
    tags: [tag.name],
    ...(isProtected && open && { security: [] }),
    ...(query && { parameters: parametersOf(query) }),
    ...(body && { requestBody: { content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
      ...Object.fromEntries(failures.map((status) => [status, failure(status)])),
    },
  }
}

function parametersOf(query: z.ZodType): object[] {
  const { properties = {} } = jsonSchema(query, 'input') as { properties?: Record<string, { description?: string }> }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    schema,
  }))
}

function responseOf({ about, type = 'application/json', schema }: Answer): object {
  return { description: about, content: { [type]: schema ? { schema: jsonSchema(schema(), 'output') } : {} } }
}

function failure(status: number): object {
  const schema = { $ref: '#/components/schemas/Error' }
  return { description: STATUS_CODES[status] ?? '', content: { 'application/json': { schema } } }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

/** `/cameras/{id}/snapshot.jpg` as a part of a name: `CamerasIdSnapshotJpg`. */
function inWords(path: string): string {
  const words = path.match(/[a-z]+/gi) ?? []
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return path.endsWith('/') ? `${name}Root` : name
}
