// What the documents name must be there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { otherNames } from '../../lib/config/environment.ts'
import { legacyOf } from '../../lib/config/legacy.ts'
import { settingList } from '../../lib/config/schema.ts'
import { runCli } from '../kit/cli.ts'
import { commandsOf, documents, root } from './snippets.ts'

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

test('every picture in docs/images is shown somewhere', () => {
  const text = ['docs/integrations/README.md', ...documents]
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join()
  expect(readdirSync(join(root, 'docs/images')).filter((name) => !text.includes(`images/${name}`))).toEqual([])
})

/** Commands that stand within a sentence. */
const inSentences = new Set(
  documents.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/`((?:npx )?motioninocean|npm|docker) ([^`]+)`/g)].map(
      ([, program = '', rest = '']) => `${program.replace('npx ', '')} ${rest}`,
    ),
  ),
)
const those = (program: string) => [...inSentences].filter((command) => command.startsWith(`${program} `))

test.each(those('motioninocean'))('the service knows: %s', async (command) => {
  // It compiles for minutes: test/package does.
  if (command === 'motioninocean build') return
  const { code, stdout, stderr } = await runCli(command.split(' ').slice(1))
  // 2 is a command or a flag that is not known.
  expect([0, 1]).toContain(code)
  expect(stdout + stderr).not.toBe('')
})

test('npm knows the others', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
  const known = new Set([...Object.keys(scripts), 'ci', 'install', 'pack', 'publish'])
  const names = those('npm').map((command) => command.replace(/^npm (run )?(\S+).*/, '$2'))
  expect(names.filter((name) => !known.has(name))).toEqual([])
})

test('what a sentence says of Docker stands in a block too, where test/container runs it', () => {
  const run = new Set(documents.flatMap(commandsOf).map(([, command]) => command))
  expect(those('docker').filter((command) => !run.has(command) && command !== 'docker stats')).toEqual([])
})
