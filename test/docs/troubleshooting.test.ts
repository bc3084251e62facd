import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { remedies } from '../../lib/camera/errors.ts'
import { root } from './snippets.ts'

/** The chapter of each code, with its heading. */
const chapters = new Map(
  readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
    .split(/^(?=##)/m)
    .filter((chapter) => chapter.startsWith('### '))
    .map((chapter) => [/^### (.*)$/m.exec(chapter)![1]!, chapter]),
)

test('docs/troubleshooting.md has a chapter on each error code and on no other', () => {
  expect([...chapters.keys()].toSorted()).toEqual(Object.keys(remedies).toSorted())
})

test.each(Object.entries(remedies))('the chapter on %s explains it and quotes its remedy', (code, remedy) => {
  const [, text = '', quotation = ''] = /^### .*\n\n([\s\S]+?)\n\n> (.*)\n/.exec(chapters.get(code)!) ?? []
  expect(text.length).toBeGreaterThan(20)
  // An asterisk would be emphasis.
  expect(quotation.replaceAll('\\', '')).toBe(`${remedy}.`)
})

test('every code that the native side throws is known', () => {
  const sources = readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => readFileSync(join(root, 'native', name), 'utf8'))
  const thrown = new Set(sources.flatMap((source) => source.match(/(?<=")ERR_[A-Z_]+(?=")/g) ?? []))
  expect(thrown.size).toBeGreaterThan(5)
  expect([...thrown].filter((code) => !(code in remedies))).toEqual([])
})
