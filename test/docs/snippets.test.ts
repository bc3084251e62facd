// Every snippet of README and docs is executed.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCommand } from '../../lib/camera/addon_help.ts'
import { runCli } from '../kit/cli.ts'
import { plainEnvironment } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { commandsOf, documents, root, snippetsOf, type Snippet } from './snippets.ts'

const run = promisify(execFile)
const snippets = documents.flatMap(snippetsOf)
const named = (list: Snippet[]) => list.map((snippet) => [`${snippet.file}:${snippet.line}`, snippet] as const)

let folder: string
beforeAll(() => {
  // Within the package, which may import itself by its own name.
  folder = mkdtempSync(join(root, 'build/docs-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs `npm start` with these arguments on a free port until it serves, and hands over the URL. */
async function withStart(args: string[], use: (url: string) => Promise<void>): Promise<void> {
  const env = { ...plainEnvironment(), MIO_LOG_FORMAT: 'json' }
  const child = spawn('npm', ['start', '--', ...args, '--bind', '127.0.0.1', '--port', '0'], {
    cwd: root,
    env,
    detached: true,
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const found = /"url":"([^"]+)"/.exec(line)?.[1]
        if (found) resolve(found)
      })
      child.once('exit', (code) => reject(new Error(`npm start ended with ${code}`)))
    })
    await use(url)
  } finally {
    // npm does not pass signals on to its grandchildren: the whole group.
    process.kill(-(child.pid as number), 'SIGTERM')
    await once(child, 'exit')
  }
}

describe('TypeScript', () => {
  test.each(named(snippets.filter(({ language }) => language === 'ts')))('%s compiles and runs', async (_, snippet) => {
    const place = mkdtempSync(join(folder, 'snippet-'))
    writeFileSync(join(place, 'snippet.mts'), snippet.code)
    const compilerOptions = {
      target: 'ES2023',
      lib: ['ES2023', 'ESNext.Disposable'],
      module: 'NodeNext',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['snippet.mts'] }))
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', place], { env: plainEnvironment() })
    const { stdout } = await run(process.execPath, [join(place, 'snippet.mjs')], { cwd: place })
    expect(stdout).not.toBe('')
  })
})

describe('commands', () => {
  const lines = documents
    .flatMap(commandsOf)
    // Those have an engine to run on in test/container/docs.test.ts.
    .filter(([, command]) => !command.startsWith('docker '))

  test.each(lines)('%s: %s', async (_, command) => {
    if (/^npm (test|run (lint|prebuilds|test:(container|package|vm)))/.test(command)) {
      // This very test is a part of `npm test`, CI runs the others or what they are made of (test/package): what can be
      // checked here is that they exist.
      const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
      const name = command.replace(/^npm (run )?(\S+).*/, '$2')
      expect(scripts).toHaveProperty(name)
    } else if (/^npm install\b/.test(command)) {
      // test/package does both, with the tarball.
      expect(['npm install motioninocean', buildCommand('/somewhere')]).toContain(command)
    } else if (command.startsWith('npm start')) {
      const args = command.split(' ').slice(3)
      const port = args.indexOf('--port')
      if (port >= 0) args.splice(port, 2)
      await withStart(args, async (url) => {
        const response = await fetch(new URL('snapshot.jpg', url))
        expect(response.status).toBe(200)
        const picture = await Picture.decode(new Uint8Array(await response.arrayBuffer()))
        const size = args[args.indexOf('--resolution') + 1] ?? '1280x720'
        if (args.includes('--resolution')) expect(`${picture.width}x${picture.height}`).toBe(size)
      })
    } else if (command.startsWith('curl')) {
      await withStart(['--camera', 'synthetic'], async (url) => {
        await run('sh', ['-c', command.replace('http://localhost:8000/', url)], { cwd: folder })
        const file = join(folder, / -o (\S+)/.exec(command)?.[1] ?? '')
        if (file.endsWith('.json')) expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('code')
        else expect((await Picture.decode(readFileSync(file))).width).toBe(1280)
      })
    } else if (command.startsWith('npx motioninocean ')) {
      const { code, stdout } = await runCli(command.split(' ').slice(2))
      // What doctor says depends on the machine.
      expect([0, 1]).toContain(code)
      expect(stdout).toMatch(/^MotionInOcean /)
    } else {
      expect.fail(`no test knows how to run: ${command}`)
    }
  })
})

test('no other kind of snippet hides in the documents', () => {
  const known = new Set(['ts', 'sh', ''])
  expect(snippets.filter(({ language }) => !known.has(language))).toEqual([])
})

test('only what cannot be run elsewhere is marked as needing a Pi', () => {
  const ofThePi =
    /^(ssh|rpicam-hello|vcgencmd|sudo usermod|mkdir -p ~|cd ~|curl -fsSL https:\/\/get\.docker\.com|curl -fsSLO https:\/\/raw\.)/
  const marked = snippets.filter(({ needsPi }) => needsPi)
  expect(marked.length).toBeGreaterThan(0)
  const commands = marked.flatMap(({ code }) => code.trim().split('\n'))
  expect(commands.filter((command) => !ofThePi.test(command))).toEqual([])
})
