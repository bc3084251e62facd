// The backends of the prebuild, each with its own libcamera: Debian's binaries, with the C library that they want, unpacked
// and run by their own dynamic linker.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { suitesOf } from '../../lib/setup/debian_sysroot.mjs'
import { virtualCameras, Webcams } from '../kit/environment.ts'
import { debianRoot } from './debian_root.mjs'
import { backends, pack, Project, run } from './kit.ts'
import { shims } from '../kit/process_environment.ts'

let project: Project
beforeAll(async () => {
  project = new Project()
  expect(await project.npm('install', await pack(project.folder))).toMatchObject({ code: 0 })
}, 300_000)
afterAll(() => project[Symbol.dispose]())

/** Runs a program in a Debian: its libraries, and this machine's Node and kernel. */
async function runIn(root: string, name: string, ...words: string[]): Promise<unknown> {
  const libraries = [`${root}/usr/lib/x86_64-linux-gnu`, `${root}/usr/lib/aarch64-linux-gnu`].filter((folder) =>
    existsSync(folder),
  )
  const linker = ['usr/lib64/ld-linux-x86-64.so.2', 'usr/lib/ld-linux-aarch64.so.1']
    .map((file) => join(root, file))
    .find((file) => existsSync(file))
  const args = ['--library-path', libraries.join(':'), '--preload', Object.values(shims).join(' ')]
  const { LD_PRELOAD, LD_LIBRARY_PATH, ...env } = process.env
  const end = await run(linker!, [...args, process.execPath, project.file(name), ...words], {
    cwd: project.folder,
    env,
  })
  expect(end).toMatchObject({ code: 0 })
  return JSON.parse(end.stdout)
}

// Of a suite that has all that libcamera depends on, as backports have not.
test.for([
  ['0.4', 'trixie'],
  ['0.5', suitesOf['0.5']![0]],
  ['0.6', suitesOf['0.6']![0]],
  ['0.7', 'forky'],
] as const)(
  'the backend for %s with the libcamera of Debian %s',
  { timeout: 600_000 },
  async ([soname, suite], { skip }) => {
    const isBuilt = backends().some(([known]) => known === soname)
    skip(!isBuilt && suite.includes('@'), `${suite} could not be reached for the prebuild`)
    expect(isBuilt).toBe(true)
    const version = `${soname}.`
    const root = await debianRoot(suite, [`libcamera${soname}`, 'libturbojpeg0'])
    using webcams = new Webcams()
    await webcams.plug(0)
    using _cameras = virtualCameras({
      Virtual0: { supported_formats: [{ width: 320, height: 240, frame_rates: [30] }] },
    })
    expect(await runIn(root, 'version.mjs')).toEqual({
      version: expect.stringMatching(new RegExp(`^v?${version.replace('.', '\\.')}`)),
      builtFor: expect.stringContaining(version),
      cameras: expect.arrayContaining(['Virtual0', 'synthetic']),
    })
    expect(await runIn(root, 'real.mjs', webcams.id(0))).toMatchObject({ begin: 'ffd8' })
    // The virtual camera of 0.4 leaves its frames' status uninitialised: what it gives, this test cannot tell.
    if (soname !== '0.4') expect(await runIn(root, 'real.mjs', 'Virtual0')).toMatchObject({ begin: 'ffd8' })
  },
)
