// Other package managers, and a bundler.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pack, Project, run } from './kit.ts'
import { ownToolchain, tool } from './toolchain.ts'

let folder: string
let tarball: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mio-managers-'))
  tarball = await pack(folder)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['pnpm', tool('pnpm', 'bin/pnpm.cjs'), ['add', '--store-dir', 'store']],
  ['yarn', tool('yarn', 'bin/yarn.js'), ['add', '--cache-folder', 'cache', '--no-progress']],
])('%s', { timeout: 300_000 }, async (_, script, args) => {
  using project = new Project()
  const installation = await project.manage(process.execPath, [script, ...args, `file:${tarball}`])
  expect(installation).toMatchObject({ code: 0 })
  expect(await project.program('synthetic.mjs')).toMatchObject({ frames: 3, begin: 'ffd8' })
  const { server } = (await project.program('required.cjs')) as { server: string[] }
  expect(server).toContain('createApp')
})

test.each([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
])('bundled by esbuild as %s, with the addon left in node_modules', { timeout: 300_000 }, async (format, extension) => {
  using project = new Project(ownToolchain)
  expect(await project.npm('install', tarball)).toMatchObject({ code: 0 })
  mkdirSync(project.file('bundle'))
  // CommonJS has no await at its top.
  const program = `import { openCamera } from 'motioninocean'
    async function main() {
      const camera = await openCamera({ camera: 'synthetic', width: 320, height: 240 })
      const jpeg = await camera.snapshot()
      await camera.close()
      console.log(JSON.stringify({ begin: jpeg.subarray(0, 2).toString('hex') }))
    }
    void main()`
  writeFileSync(project.file('program.mjs'), program)
  const out = `bundle/program.${extension}`
  const args = ['program.mjs', '--bundle', '--platform=node', `--format=${format}`, '--external:*.node']
  expect(
    await run(tool('esbuild', 'bin/esbuild'), [...args, `--outfile=${out}`], { cwd: project.folder }),
  ).toMatchObject({ code: 0 })
  // All but the addon is in the bundle: zod, for one, is not needed beside it any more.
  rmSync(project.file('node_modules/zod'), { recursive: true })
  expect(readdirSync(project.file('node_modules'))).toContain('motioninocean')
  expect(await project.program(out)).toEqual({ begin: 'ffd8' })
})
