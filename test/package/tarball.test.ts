// What the tarball holds, and that tools which know the pitfalls of packages find none.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sonames } from '../../lib/setup/debian_sysroot.mjs'
import { backends, pack, prebuild, root, run, succeed } from './kit.ts'

let folder: string
let tarball: string
let files: string[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mio-tarball-'))
  tarball = await pack(folder)
  files = (await succeed('tar', ['-tzf', tarball])).stdout.trim().split('\n').toSorted()
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

test('is below 2 MB as it is published: with each backend for both machines', () => {
  // Those that are not here are as large as those that are.
  const compressed = (file: string) => gzipSync(readFileSync(join(prebuild, file))).length
  const backend = compressed('libcamera-0.7.so')
  const missing = sonames.length - backends().length
  const machine = compressed('motioninocean.glibc.node') + sonames.length * backend
  const machines = new Set(files.flatMap((name) => /prebuilds\/(linux-\w+)/.exec(name)?.[1] ?? []))
  const published = statSync(tarball).size + missing * backend + (machines.size < 2 ? machine : 0)
  expect(published).toBeLessThan(2e6)
})

test('holds program, types with their sources, native sources, prebuild and papers', () => {
  const wanted = ['dist/index.js', 'dist/index.js.map', 'dist/index.d.ts', 'dist/index.d.ts.map', 'lib/index.ts']
  wanted.push('dist/page/index.html', 'native/addon/addon.cc', 'CMakeLists.txt', 'lib/setup/build_package.mjs')
  wanted.push('README.md', 'LICENSE', 'package.json', `prebuilds/linux-${process.arch}/motioninocean.glibc.node`)
  expect(files).toEqual(expect.arrayContaining(wanted.map((name) => `package/${name}`)))
})

test('holds the licence of each package whose code is in the command', async () => {
  const { stdout } = await succeed('tar', ['-xzOf', tarball, 'package/dist/cli/LICENSES.txt'])
  for (const name of ['express', 'pino', 'zod']) expect(stdout).toMatch(new RegExp(`^${name} \\d.*\n\n.*MIT`, 'im'))
})

test('holds no gyp file, which npm would run over the prebuild, and no tests', () => {
  expect(files.filter((name) => /\.gypi?$|\/test\/|\.gpg|\.env/.test(name))).toEqual([])
})

test('no map names a source that is not in it', async () => {
  const maps = files.filter((name) => name.endsWith('.map'))
  await succeed('tar', ['-xzf', tarball, '-C', folder])
  const lost = maps.flatMap((map) => {
    const { sources } = JSON.parse(readFileSync(join(folder, map), 'utf8')) as { sources: string[] }
    return sources.map((source) => join(map, '..', source)).filter((source) => !files.includes(source))
  })
  expect(maps.length).toBeGreaterThan(50)
  expect(lost).toEqual([])
})

test('nothing runs at its installation', () => {
  const { scripts, gypfile } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
    gypfile: boolean
  }
  expect(Object.keys(scripts)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(pre|post)?install$/)]))
  expect(gypfile).toBe(false)
})

describe('tools find nothing', () => {
  const bin = (name: string) => join(root, 'node_modules/.bin', name)

  test('publint', async () => {
    expect(await run(bin('publint'), [tarball, '--strict'])).toMatchObject({ code: 0 })
  })

  // `require()` of a module is what Node 20.19 and newer do, and that is all that this package promises.
  test('arethetypeswrong', async () => {
    const args = [tarball, '--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm']
    expect(await run(bin('attw'), args)).toMatchObject({ code: 0 })
  })
})

describe('the prebuild', () => {
  const symbols = async (file: string, name: string) => {
    const { stdout } = await succeed('objdump', ['-T', join(prebuild, file)])
    return stdout.match(new RegExp(`\\b${name}_[\\d.]+`, 'g')) ?? []
  }
  const binaries = () => ['motioninocean.glibc.node', ...backends().map(([soname]) => `libcamera-${soname}.so`)]
  const needed = async (file: string) => {
    const { stdout } = await succeed('readelf', ['-d', join(prebuild, file)])
    expect(stdout).not.toMatch(/RUNPATH|RPATH/)
    return [...stdout.matchAll(/NEEDED.*\[(.+)\]/g)].map(([, library]) => library)
  }

  test('has backends of several sonames, each of which needs its own libcamera', async () => {
    // For 0.5 and 0.6 it takes an archive of Debian's past, which not every machine reaches.
    expect(backends().map(([soname]) => soname)).toEqual(expect.arrayContaining(['0.4', '0.7']))
    for (const [soname, library] of backends())
      expect((await needed(`libcamera-${soname}.so`)).filter((name) => name?.startsWith('libcamera.'))).toEqual([
        library,
      ])
  })

  test('the addon needs no libcamera', async () => {
    expect((await needed('motioninocean.glibc.node')).filter((name) => name?.includes('libcamera'))).toEqual([])
  })

  // Debian 12: glibc 2.36, and libstdc++ of gcc 12.
  test.each([
    ['GLIBC', '2.36'],
    ['GLIBCXX', '3.4.30'],
  ])('needs no %s newer than %s', async (name, newest) => {
    const needs = (await Promise.all(binaries().map((file) => symbols(file, name)))).flat()
    expect(needs.length).toBeGreaterThan(0)
    const newer = (version: string) => version.localeCompare(newest, 'en', { numeric: true }) > 0
    expect(needs.filter((need) => newer(need.slice(name.length + 1)))).toEqual([])
  })

  test('names no folder of the machine that built it', async () => {
    const { stdout } = await run('grep', ['-rlaF', root, prebuild])
    expect(stdout).toBe('')
  })
})
