// What the documents name must be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { otherNames } from '../../lib/config/environment.ts'
import { legacyOf } from '../../lib/config/legacy.ts'
import { settingList } from '../../lib/config/schema.ts'
import { root } from './snippets.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
/** The code of the warning about a forgotten frame: Node's, not a setting. */
const warning = 'MIO_FRAME_NOT_RELEASED'
const settings = new Set([warning, ...settingList.flatMap(({ env, fileEnv }) => (fileEnv ? [env, fileEnv] : [env]))])

test.each(documents)('every variable that %s names is a setting', (file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const named = new Set(text.match(/\bMIO_[A-Z_]*[A-Z]\b/g))
  const unknown = [...named].filter((name) => !settings.has(name) && !otherNames.has(name) && !legacyOf(name))
  expect(unknown).toEqual([])
})

test.each(documents)('every file that %s links to is there', (file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!)
  expect(targets.filter((target) => !existsSync(join(root, dirname(file), target)))).toEqual([])
})
