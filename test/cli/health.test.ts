// The image's HEALTHCHECK, as a process of its own.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { settingList } from '../../lib/config/schema.ts'
import { RunningCli } from '../kit/cli.ts'

const script = resolve(import.meta.dirname, '../../dist/cli/health.js')

async function health(env: Record<string, string>): Promise<{ code: number; stderr: string }> {
  try {
    const { stderr } = await promisify(execFile)(process.execPath, [script], { env })
    return { code: 0, stderr }
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string }
    return { code, stderr }
  }
}

test('a service that answers is healthy, under its base path and by its address', async () => {
  await using service = new RunningCli(['--camera', 'synthetic', '--port', '0', '--bind', '127.0.0.1'], {
    MIO_BASE_PATH: '/camera',
  })
  const { port } = new URL(await service.url())
  const env = { MIO_PORT: port, MIO_BASE_PATH: '/camera' }
  expect(await health(env)).toEqual({ code: 0, stderr: '' })
  expect(await health({ ...env, MIO_BIND: '127.0.0.1' })).toEqual({ code: 0, stderr: '' })
  expect(await health({ MIO_PORT: port })).toMatchObject({ code: 1, stderr: expect.stringContaining('404') })
})

test.each(['camera', 'camera/', '/camera/', 'camera/porch'])('a base path may be written %j', async (MIO_BASE_PATH) => {
  await using service = new RunningCli(['--camera', 'synthetic', '--port', '0', '--bind', '127.0.0.1'], {
    MIO_BASE_PATH,
  })
  const { port } = new URL(await service.url())
  expect(await health({ MIO_PORT: port, MIO_BASE_PATH })).toEqual({ code: 0, stderr: '' })
})

test('it asks where the old name of an address says', async () => {
  await using service = new RunningCli(['--camera', 'synthetic', '--port', '0'], { MIO_BIND_HOST: '127.0.0.2' })
  const { port } = new URL(await service.url())
  expect(await health({ MIO_PORT: port, MIO_BIND_HOST: '127.0.0.2' })).toEqual({ code: 0, stderr: '' })
})

test('one sentence when nobody listens', async () => {
  const { code, stderr } = await health({ MIO_PORT: '9', MIO_BIND: '127.0.0.1' })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^motioninocean does not serve on port 9: .+\n$/)
})

test('it looks where the settings would be without being set', async () => {
  const port = settingList.find(({ env }) => env === 'MIO_PORT')?.fallback
  const { stderr } = await health({ MIO_BIND: '127.0.0.1', MIO_PORT: '' })
  // Unless somebody serves there, on this machine.
  if (stderr) expect(stderr).toContain(`port ${port}:`)
})
