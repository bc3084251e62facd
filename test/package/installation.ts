import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { virtualCameras } from '../kit/environment.ts'
import { type End, pack, Project, run, withoutLibcamera } from './kit.ts'
import type { Toolchain } from './toolchain.ts'

/**
 * The package as a stranger gets it: packed, installed in a project of its own, and used there.
 * @param toolchain what installs and runs it
 */
export function describeInstallation(toolchain: Toolchain): void {
  let folder: string
  let project: Project
  let installation: End

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mio-install-'))
    project = new Project(toolchain)
    installation = await project.npm('install', await pack(folder))
  }, 300_000)
  afterAll(() => {
    project[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  test('npm installs it without a word about scripts or the version of Node', () => {
    expect(installation).toMatchObject({ code: 0 })
    expect(installation.stdout + installation.stderr).not.toMatch(/script|gyp|engine|motioninocean/i)
  })

  test('import', async () => {
    expect(await project.program('synthetic.mjs', withoutLibcamera(join(folder, 'none')))).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      cameras: ['synthetic'],
      frames: 3,
      begin: 'ffd8',
      lent: 0,
    })
  })

  test('require()', async () => {
    const { begin, server } = (await project.program('required.cjs')) as { begin: string; server: string[] }
    expect(begin).toBe('ffd8')
    expect(server).toEqual(expect.arrayContaining(['createApp', 'mjpegRouter']))
  })

  test('the library loads nothing of the service', async () => {
    const { library, server } = (await project.program('loaded.mjs')) as Record<'library' | 'server', string[]>
    // No Express, pino or sharp.
    expect(library).toEqual(['motioninocean', 'zod'])
    // What is looked for can be found: the server does load Express.
    expect(server).toEqual(expect.arrayContaining(['express', 'helmet', 'cors']))
  })

  test('the command', async () => {
    const end = await project.manage(project.file('node_modules/.bin/motioninocean'), ['--help'])
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: motioninocean') })
  })

  describe('libcamera', () => {
    test('with a backend that fits', async () => {
      using _cameras = virtualCameras({
        Virtual0: { supported_formats: [{ width: 320, height: 240, frame_rates: [30] }] },
      })
      expect(await project.program('real.mjs', process.env)).toEqual({
        cameras: ['Virtual0', 'synthetic'],
        begin: 'ffd8',
      })
    })

    test('none is here', async () => {
      expect(await project.program('real.mjs', withoutLibcamera(join(folder, 'hidden')))).toEqual({
        cameras: ['synthetic'],
        code: 'ERR_LIBCAMERA_UNAVAILABLE',
        message: expect.stringMatching(/libcamera\.so\.0\.7.*libcamera\.so\.0\.4/s),
      })
    })

    test('a newer one than this package knows', async () => {
      expect(await project.program('real.mjs', withoutLibcamera(join(folder, 'newer'), ['0.99']))).toEqual({
        cameras: ['synthetic'],
        code: 'ERR_LIBCAMERA_UNAVAILABLE',
        message: expect.stringContaining('npx motioninocean build'),
      })
    })
  })

  test('without a prebuild for this machine, the error says how to build', async () => {
    renameSync(join(project.installed, 'prebuilds'), project.file('prebuilds'))
    try {
      const { code, stderr } = await run(toolchain.node, [project.file('synthetic.mjs')], { cwd: project.folder })
      expect(code).toBe(1)
      expect(stderr).toContain('ERR_ADDON_NOT_BUILT')
      expect(stderr).toContain('npm install --save-dev cmake-js node-addon-api && npx motioninocean build')
      expect(stderr).toContain(`linux-${process.arch}`)
    } finally {
      renameSync(project.file('prebuilds'), join(project.installed, 'prebuilds'))
    }
  })
}
