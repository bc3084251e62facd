import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

// The schema of the Compose Specification, which dclint brings along.
const dclint = dirname(createRequire(import.meta.url).resolve('dclint/package.json'))
const file = join(dclint, 'schemas/compose.schema.json')
const { $schema, ...schema } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
const validate = ajv.compile(schema)

/**
 * A compose file's content.
 * @throws {Error} When the text is no YAML, or not as the Compose Specification has it.
 */
export function composeContent(text: string): { services: Record<string, Record<string, unknown>> } {
  const content: unknown = parse(text, { strict: true, uniqueKeys: true })
  if (!validate(content)) throw new Error(ajv.errorsText(validate.errors))
  return content as { services: Record<string, Record<string, unknown>> }
}
