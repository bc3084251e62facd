import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingList } from '../../lib/config/schema.ts'
import { root } from './snippets.ts'

const begin = '<!-- settings: made from lib/config/schema.ts by UPDATE_DOCS=1 npm test -- test/docs -->'
const end = '<!-- /settings -->'

/** Compares a file with what the schema makes of it, or with UPDATE_DOCS writes it. */
function expectMade(file: string, make: (now: string) => string): void {
  const path = join(root, file)
  const wanted = make(readFileSync(path, 'utf8'))
  if (process.env['UPDATE_DOCS']) writeFileSync(path, wanted)
  expect(readFileSync(path, 'utf8')).toBe(wanted)
}

function settingsTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const rows = settingList.map(({ env, fileEnv, about, values, fallback }) => {
    const names = [env, fileEnv].filter((name) => name !== undefined).map((name) => `\`${name}\``)
    return `| ${names.join(', ')} | ${cell(fallback)} | ${cell(about)}: ${cell(values)} |`
  })
  return ['| variable | default | what |', '| --- | --- | --- |', ...rows].join('\n')
}

function example(): string {
  const blocks = settingList.map(({ env, fileEnv, about, values, fallback, secret }) => {
    const lines = [`# ${about}: ${values}`, `#${env}=${secret ? '' : fallback}`]
    return [...lines, ...(fileEnv ? [`#${fileEnv}=/run/secrets/${env.toLowerCase()}`] : [])].join('\n')
  })
  return `# Settings of MotionInOcean, for the env_file of Compose. Made from lib/config/schema.ts by
# UPDATE_DOCS=1 npm test -- test/docs. Take the # away from those that you change; these are the defaults.

${blocks.join('\n\n')}
`
}

test('the table in docs/configuration.md is what the schema says', () => {
  expectMade('docs/configuration.md', (text) => {
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    expect(from).toBeGreaterThan(0)
    return `${text.slice(0, from)}${begin}\n<!-- prettier-ignore-start -->\n${settingsTable()}\n<!-- prettier-ignore-end -->\n${text.slice(to)}`
  })
})

test('.env.example is what the schema says', () => {
  expectMade('.env.example', example)
})

test('the settings that README names exist', () => {
  const known = new Set(settingList.flatMap(({ env, fileEnv }) => [env, fileEnv]))
  const named = readFileSync(join(root, 'README.md'), 'utf8').match(/MIO_[A-Z_]+/g) ?? []
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !known.has(name))).toEqual([])
})
