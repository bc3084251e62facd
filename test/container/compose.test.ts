// Every compose file of the project, read by the real compose.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { composeFile } from '../../lib/doctor/compose.ts'
import { hostOf } from '../../lib/doctor/host.ts'
import { pi4, pi5, zero2 } from '../kit/boards.ts'
import { plant } from '../kit/planted_machine.ts'
import { dockerResult, root } from './docker.ts'

interface Service {
  image: string
  build?: { context: string }
  privileged?: boolean
  user?: string
  environment?: Record<string, string>
  ports?: { host_ip?: string; published: string; target: number }[]
  volumes?: { source: string; target: string; read_only?: boolean }[]
  device_cgroup_rules?: string[]
  devices?: object[]
  cap_drop?: string[]
}

const overrides = readdirSync(join(root, 'docs/compose')).filter((name) => name.endsWith('.yml'))

/** What compose makes of docker-compose.yml with these overrides. */
async function config(names: string[], env: Record<string, string> = {}): Promise<Record<string, Service>> {
  const files = ['docker-compose.yml', ...names.map((name) => `docs/compose/${name}.yml`)]
  const command = ['compose', ...files.flatMap((file) => ['--file', file]), 'config', '--format', 'json']
  Object.assign(process.env, env)
  try {
    const { code, output } = await dockerResult(...command)
    expect({ command, code, output: code === 0 ? '' : output }).toEqual({ command, code: 0, output: '' })
    return (JSON.parse(output) as { services: Record<string, Service> }).services
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
  }
}
const variables = { LAN_ADDRESS: '192.168.1.20', PROXY_HOST: 'pi.local' }

test('docker-compose.yml only pulls, and is not privileged', async () => {
  const { motioninocean } = await config([])
  expect(motioninocean).toMatchObject({
    image: 'ghcr.io/cyanautomation/motioninocean:latest',
    container_name: 'motioninocean',
    restart: 'unless-stopped',
    init: true,
    read_only: true,
    cap_drop: ['ALL'],
    ports: [{ published: '8000', target: 8000 }],
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    environment: { TZ: 'Europe/London' },
  })
  expect(motioninocean).not.toHaveProperty('build')
  expect(motioninocean).not.toHaveProperty('privileged')
  expect(motioninocean?.volumes).toContainEqual(
    expect.objectContaining({ source: '/run/udev', target: '/run/udev', read_only: true }),
  )
})

test('a release is pinned in .env', async () => {
  const { motioninocean } = await config([], { MIO_IMAGE_TAG: 'v1.2.3' })
  expect(motioninocean?.image).toBe('ghcr.io/cyanautomation/motioninocean:v1.2.3')
})

test.each(overrides)('docs/compose/%s is read by compose, and changes something', async (file) => {
  const name = file.replace('.yml', '')
  expect(await config([name], variables)).not.toEqual(await config([], variables))
})

test('the overrides do what their names say', async () => {
  const one = async (name: string) => (await config([name], variables))['motioninocean']!
  expect(await one('privileged')).toMatchObject({ privileged: true, user: '0:0' })
  expect((await one('privileged')).cap_drop).toBeUndefined()
  expect((await one('lan-only')).ports).toEqual([expect.objectContaining({ host_ip: '192.168.1.20' })])
  const synthetic = await one('synthetic')
  expect(synthetic.environment).toMatchObject({ MIO_CAMERA: 'synthetic' })
  expect(synthetic.volumes ?? []).toEqual([])
  expect(synthetic.device_cgroup_rules ?? []).toEqual([])
  expect((await one('development')).build).toMatchObject({ context: root })
  expect((await one('two-cameras')).environment).toMatchObject({ MIO_CAMERA: '0,1' })
})

test('behind the TLS proxy the service has no port of its own', async () => {
  const { motioninocean, proxy } = await config(['tls-proxy'], variables)
  expect(motioninocean?.ports ?? []).toEqual([])
  expect(motioninocean?.environment).toMatchObject({ MIO_BASE_PATH: '/camera' })
  expect(proxy?.ports?.map(({ target }) => target)).toEqual([80, 443])
})

test.each([
  ['Zero 2', zero2],
  ['Pi 4', pi4],
  ['Pi 5', pi5],
])('what doctor --compose writes for a %s is read by compose, and asks for no more than devices', async (_, board) => {
  const folder = mkdtempSync(join(tmpdir(), 'mio-compose-'))
  try {
    using machine = plant(board)
    const file = join(folder, 'docker-compose.yml')
    writeFileSync(file, composeFile(hostOf(machine), { candidates: [] }))
    const { code, output } = await dockerResult('compose', '--file', file, 'config', '--format', 'json')
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    const { motioninocean } = (JSON.parse(output) as { services: Record<string, Service> }).services
    expect(motioninocean?.devices?.length).toBeGreaterThan(5)
    expect(motioninocean).not.toHaveProperty('privileged')
    expect(motioninocean).not.toHaveProperty('device_cgroup_rules')
    expect(motioninocean?.volumes).toEqual([expect.objectContaining({ source: '/run/udev', read_only: true })])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what has to be filled in is asked for', async () => {
  const files = ['--file', 'docker-compose.yml', '--file', 'docs/compose/lan-only.yml']
  const { code, output } = await dockerResult('compose', ...files, 'config', '--quiet')
  expect(code).not.toBe(0)
  expect(output).toContain('set it in .env')
})
