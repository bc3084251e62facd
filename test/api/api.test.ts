// The public surface: what is published is what docs/api.md says, each type is what it shall be, and what TypeScript
// declares of the addon is what the addon has.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as library from '../../dist/index.js'
import * as server from '../../dist/server/index.js'
import * as testing from '../../dist/testing/index.js'
import { root } from '../docs/snippets.ts'
import { surfaceOf } from './declarations.ts'
import { apiReference } from './reference.ts'

test('docs/api.md is what the declarations say: a change of the public surface is deliberate', () => {
  const file = join(root, 'docs/api.md')
  const wanted = apiReference()
  if (process.env['UPDATE_DOCS']) writeFileSync(file, wanted)
  expect(readFileSync(file, 'utf8')).toBe(wanted)
})

test.each([
  ['dist/index.d.ts', library],
  ['dist/server/index.d.ts', server],
  ['dist/testing/index.d.ts', testing],
])('%s declares just those values that there are', (file, module) => {
  expect(surfaceOf(join(root, file)).values.toSorted()).toEqual(Object.keys(module).toSorted())
})

test('each of them has a test of its type', () => {
  const tested = readFileSync(join(root, 'test/api/types.test.ts'), 'utf8')
  const untested = Object.entries({ mio: 'dist', server: 'dist/server', testing: 'dist/testing' }).flatMap(
    ([namespace, folder]) =>
      surfaceOf(join(root, folder, 'index.d.ts'))
        .exported.map(({ name }) => `${namespace}.${name}`)
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(tested)),
  )
  expect(untested).toEqual([])
})

test('each of them says what it is', () => {
  const silent = ['dist/index.d.ts', 'dist/server/index.d.ts', 'dist/testing/index.d.ts']
    .flatMap((file) => surfaceOf(join(root, file)).exported)
    .filter(({ doc, name }) => doc === '' && !/^(Point|Rectangle|Size)$/.test(name))
  expect(silent.map(({ name }) => name)).toEqual([])
})
