// The compose files, as far as they can be judged without an engine. test/container starts them.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settingList } from '../../lib/config/schema.ts'
import { composeContent } from '../kit/compose_schema.ts'

const root = resolve(import.meta.dirname, '../..')
const variants = readdirSync(join(root, 'docs/compose')).map((name) => `docs/compose/${name}`)
const guide = readFileSync(join(root, 'docs/docker.md'), 'utf8')

describe.each(['docker-compose.yml', ...variants])('%s', (file) => {
  // What !override and !reset do is compose's business: to the schema they are the value behind them.
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/!(override|reset)\b/g, '')
  const { services } = composeContent(text)

  test('is as the Compose Specification has it, and sets no setting that does not exist', () => {
    const names = Object.keys(services['motioninocean']?.['environment'] ?? {})
    const known = new Set([...settingList.map(({ env }) => env), 'TZ'])
    expect(names.filter((name) => !known.has(name))).toEqual([])
  })

  test('is explained', () => {
    expect(text.startsWith('# ')).toBe(true)
    expect(guide).toContain(file.replace('docs/', ''))
  })
})

test('docs/docker.md has a line for each line of docker-compose.yml', () => {
  const { services } = composeContent(readFileSync(join(root, 'docker-compose.yml'), 'utf8'))
  const said = new Set(['image', 'container_name', 'environment', 'volumes', 'security_opt'])
  const lines = Object.keys(services['motioninocean']!).filter((name) => !said.has(name))
  expect(lines.filter((name) => !guide.includes(`\`${name}`))).toEqual([])
})
