import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingList } from '../../lib/config/schema.ts'
import { root } from './snippets.ts'

const file = join(root, 'README.md')
const begin = '<!-- settings: made from lib/config/schema.ts by UPDATE_DOCS=1 npm test -- test/docs -->'
const end = '<!-- /settings -->'

function settingsTable(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const rows = settingList.map(
    ({ env, about, values, fallback }) => `| \`${env}\` | ${cell(fallback)} | ${cell(about)}: ${cell(values)} |`,
  )
  return ['| variable | default | what |', '| --- | --- | --- |', ...rows].join('\n')
}

test("README's table of settings is what the schema says", () => {
  const text = readFileSync(file, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  expect(from).toBeGreaterThan(0)
  const wanted = `${text.slice(0, from)}${begin}\n\n${settingsTable()}\n\n${text.slice(to)}`
  if (process.env['UPDATE_DOCS']) writeFileSync(file, wanted)
  expect(readFileSync(file, 'utf8')).toBe(wanted)
})
