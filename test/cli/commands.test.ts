import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { runCli } from '../kit/cli.ts'

test('--help and --version', async () => {
  const help = await runCli(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('Usage: motioninocean [command] [flags]')
  expect(help.stdout).toContain('MIO_RESOLUTION')
  for (const flag of ['--version', '-v']) {
    const { code, stdout } = await runCli([flag])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string })
  }
})

test('list shows what can be written into MIO_CAMERA', async () => {
  const { code, stdout, stderr } = await runCli(['list'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^SHORT NAME +CAMERA +ID\n/)
  expect(stdout).toMatch(/^synthetic +Synthetic camera +synthetic\n  YUV420: 64x64 to 8192x8192$/m)
})

test('config shows each setting and where it comes from', async () => {
  const { code, stdout, stderr } = await runCli(['config', '--fps', '12'], {
    MIO_PORT: '9000',
    MIO_BIND_HOST: '127.0.0.1',
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^MIO_FPS +12 +--fps$/m)
  expect(stdout).toMatch(/^MIO_PORT +9000 +MIO_PORT$/m)
  expect(stdout).toMatch(/^MIO_BIND +127\.0\.0\.1 +MIO_BIND_HOST$/m)
  expect(stdout).toMatch(/^MIO_RESOLUTION +1280x720 +default$/m)
  expect(stderr).toBe('warning: MIO_BIND_HOST is now MIO_BIND\n')
})

test.each([
  [
    'an unknown command',
    ['sevre'],
    {},
    'motioninocean sevre: the commands are serve, list, config, doctor, build, the nearest is serve.',
  ],
  ['a command too many', ['serve', 'list'], {}, 'motioninocean serve list: the commands are'],
  ['a name of Object', ['toString'], {}, 'motioninocean toString: the commands are'],
  ['an unknown flag', ['--prot', '1'], {}, '--prot: there is no such flag, the nearest is --port.'],
  [
    'an unknown variable',
    [],
    { MIO_RESOLUTON: '640x480' },
    'MIO_RESOLUTON: there is no setting of this name, the nearest is MIO_RESOLUTION.',
  ],
  ['a bad value', [], { MIO_RESOLUTION: 'big' }, 'MIO_RESOLUTION="big": allowed is WIDTHxHEIGHT'],
  ['a size out of range', ['--resolution', '20000x20000'], {}, '--resolution="20000x20000": allowed is WIDTHxHEIGHT'],
  ['a broken list', ['list'], { MIO_FPS: 'x' }, 'MIO_FPS="x": allowed is'],
] as [string, string[], Record<string, string>, string][])(
  '%s ends with code 2 and one sentence',
  async (_, args, env, sentence) => {
    const { code, stdout, stderr } = await runCli(args, env)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^motioninocean: [^\n]+\.\n$/)
    expect(stderr).toContain(sentence)
  },
)

test('a port in use ends with code 1 and one sentence, and no camera is touched', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const { code, stdout, stderr } = await runCli([
    '--camera',
    'synthetic',
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
  ])
  other.close()
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^motioninocean: [^\n]+\n$/)
  expect(stderr).toContain(
    `listen on 127.0.0.1:${port}: another program listens there. Choose another port with MIO_PORT`,
  )
})

test('an address of another machine ends with code 1 and one sentence', async () => {
  const { code, stderr } = await runCli(['--camera', 'synthetic', '--bind', '192.0.2.1'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^motioninocean: listen on 192\.0\.2\.1:8000: this machine has no such address\. [^\n]+\n$/)
})
