// On each supported Node, with the npm that belongs to it: the same as with this one, and a build from source.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { virtualCameras } from '../kit/environment.ts'
import { libcameraFolder } from '../kit/libcamera.mjs'
import { describeInstallation } from './installation.ts'
import { pack, Project } from './kit.ts'
import { allToolchains } from './toolchain.ts'

let folder: string
let tarball: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mio-matrix-'))
  tarball = await pack(folder)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(allToolchains)('$name', (toolchain) => {
  describeInstallation(toolchain)

  test('npm ci with a lockfile', { timeout: 300_000 }, async () => {
    using project = new Project(toolchain)
    expect(await project.npm('install', tarball)).toMatchObject({ code: 0 })
    rmSync(project.file('node_modules'), { recursive: true })
    const ci = await project.npm('ci')
    expect(ci).toMatchObject({ code: 0 })
    expect(ci.stdout + ci.stderr).not.toMatch(/script|gyp/)
    expect(await project.program('synthetic.mjs')).toMatchObject({ frames: 3 })
  })

  test('--ignore-scripts', { timeout: 300_000 }, async () => {
    using project = new Project(toolchain)
    expect(await project.npm('install', '--ignore-scripts', tarball)).toMatchObject({ code: 0 })
    expect(await project.program('synthetic.mjs')).toMatchObject({ frames: 3 })
  })
})

// Node-API is the same in all of them: the oldest and the newest, and each npm.
describe.each([allToolchains[0]!, allToolchains.at(-1)!])('$name', (toolchain) => {
  test(
    'without a prebuild, npx motioninocean build makes one for the libcamera that is here',
    {
      timeout: 1_900_000,
    },
    async () => {
      using project = new Project(toolchain)
      expect(await project.npm('install', tarball)).toMatchObject({ code: 0 })
      rmSync(join(project.installed, 'prebuilds'), { recursive: true })
      const npx = toolchain.npm?.replace('npm-cli.js', 'npx-cli.js') ?? 'npx'
      const build = () =>
        project.manage(toolchain.node, [npx, 'motioninocean', 'build'], {
          PKG_CONFIG_PATH: `${libcameraFolder()}/pkgconfig`,
        })

      // Without the tools it says what to install.
      expect(await build()).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('npm install --save-dev cmake-js node-addon-api && npx motioninocean build'),
      })
      expect(await project.npm('install', '--save-dev', 'cmake-js', 'node-addon-api')).toMatchObject({ code: 0 })
      expect(await build()).toMatchObject({ code: 0, stderr: expect.stringContaining('is built for libcamera') })

      using _cameras = virtualCameras({
        Virtual0: { supported_formats: [{ width: 320, height: 240, frame_rates: [30] }] },
      })
      expect(await project.program('real.mjs', process.env)).toEqual({
        cameras: ['Virtual0', 'synthetic'],
        begin: 'ffd8',
      })
    },
  )
})
