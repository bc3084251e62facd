import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { root } from './snippets.ts'

/** Compares a file with what the code makes of it, or with UPDATE_DOCS writes it. */
export function expectMade(file: string, make: (now: string) => string): void {
  const path = join(root, file)
  const wanted = make(readFileSync(path, 'utf8'))
  if (process.env['UPDATE_DOCS']) writeFileSync(path, wanted)
  expect(readFileSync(path, 'utf8')).toBe(wanted)
}

/**
 * The same for the one table of a document that is made from `source`, between comments that say so.
 * @param name of the table, e.g. `settings`
 * @param rows the first is the head
 */
export function expectMadeTable(file: string, name: string, source: string, rows: readonly string[][]): void {
  const begin = `<!-- ${name}: made from ${source} by UPDATE_DOCS=1 npm test -- test/docs -->`
  const end = `<!-- /${name} -->`
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const [head = [], ...body] = rows
  const table = [head, head.map(() => '---'), ...body].map(line).join('\n')
  expectMade(file, (text) => {
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    expect(from).toBeGreaterThan(0)
    expect(to).toBeGreaterThan(from)
    return `${text.slice(0, from)}${begin}\n<!-- prettier-ignore-start -->\n${table}\n<!-- prettier-ignore-end -->\n${text.slice(to)}`
  })
}
