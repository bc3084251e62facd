// docker-compose.yml as it is, over a test machine: what a homelab owner starts.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'
import { anyPort, Compose, Container, docker, dockerResult, environment, IMAGE } from './docker.ts'

const compose = new Compose('motioninocean-test', ['test/container/compose.test.yml'])
const container = new Container('motioninocean-test')

/** In a shell of the container, the service's process id: it is init's only child. */
const service = '$(cut -d" " -f1 /proc/1/task/1/children)'

let url: string
beforeAll(async () => {
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '240')
  url = await container.url()
})
afterAll(() => compose.run('down', '--volumes'))

/** Begins again where a test has stopped it. */
async function upAgain(): Promise<void> {
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '240')
  url = await container.url()
}

test('becomes healthy by its own check', async () => {
  const { State } = await container.inspect()
  expect(State.Health?.Status).toBe('healthy')
})

test('/stream.mjpg brings 30 pictures a second', async () => {
  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  // A viewer that is kept waiting by a busy machine gets the newest picture and misses some: a second without any
  // missed has to come.
  const times: number[] = []
  for (;;) {
    times.push((await viewer.part()).timestamp)
    const second = times.slice(-31)
    if (second.length < 31) continue
    const rate = 30_000 / (second[30]! - second[0]!)
    expect(rate).toBeLessThan(31)
    if (rate > 29) break
  }
})

test('a snapshot is a JPEG of the camera', async () => {
  const response = await fetch(`${url}/snapshot.jpg`)
  expect(response.status).toBe(200)
  expect(Buffer.from(await response.arrayBuffer()).readUInt16BE(0)).toBe(0xffd8)
})

describe('the process', () => {
  test('is nobody, has no capability and cannot gain any', async () => {
    // Of the service itself, not of a shell beside it: init's only child.
    const status = await container.sh(`cat /proc/${service}/status`)
    const field = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(status)?.[1]?.trim()
    expect(field('Uid')).toBe('10001\t10001\t10001\t10001')
    expect(field('Gid')).toBe('10001\t10001\t10001\t10001')
    expect(field('Groups')?.split(' ')).toContain('44')
    const sets = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']
    expect(sets.map((set) => [set, field(set)])).toEqual(sets.map((set) => [set, '0000000000000000']))
    expect(field('NoNewPrivs')).toBe('1')
  })

  test('can write to /tmp alone', async () => {
    const code = `
      const fs = require('node:fs')
      const tried = ['/tmp', '/app', '/etc', '/var/lib/motioninocean', '/usr/local/bin', '/run', '/'].map((folder) => {
        try { fs.writeFileSync(folder + '/probe', ''); return [folder, 'written'] }
        catch (error) { return [folder, error.code] }
      })
      console.log(JSON.stringify(Object.fromEntries(tried)))`
    const { '/tmp': tmp, ...others } = JSON.parse(await container.node(code)) as Record<string, string>
    expect(tmp).toBe('written')
    // Folders of root's refuse a user first.
    expect(Object.values(others).filter((error) => error !== 'EROFS' && error !== 'EACCES')).toEqual([])
    expect(others['/var/lib/motioninocean']).toBe('EROFS')
  })

  test('has the time zone of the compose file', async () => {
    expect(await container.node('console.log(new Date(Date.UTC(2026, 6, 1)).getHours())')).toBe('1')
  })
})

test('its log is lines of JSON, rotated by Docker', async () => {
  const lines = (await container.logs()).trim().split('\n')
  const messages = lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(messages.find((message) => message.startsWith('MotionInOcean '))).toContain('Synthetic camera 1280x720')
  const log = await docker('inspect', '--format', '{{json .HostConfig.LogConfig}}', container.id)
  expect(JSON.parse(log)).toEqual({ Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } })
})

test('a terminal can be had in it, and its commands by name', async () => {
  const { output } = await dockerResult('exec', '--tty', container.id, 'bash', '-c', 'tty && motioninocean list')
  expect(output).toContain('/dev/pts/')
  expect(output).toContain('synthetic')
})

test('docker stop lets viewers end, in time and with code 0', async () => {
  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  await viewer.part()
  const [before] = [Date.now(), await docker('stop', container.id)]
  // Docker would have killed it after stop_grace_period, which shows in the exit code too.
  expect(Date.now() - before).toBeLessThan(10_000)
  await viewer.end()
  expect(viewer.finished).toBe(true)
  const { State } = await container.inspect()
  expect(State).toMatchObject({ Status: 'exited', ExitCode: 0 })
  await upAgain()
})

test('a process that is killed comes back', async () => {
  const { RestartCount } = await container.inspect()
  // Not `docker kill`, which is a person's wish and not a fault. The shell ends with the container.
  await container.sh(`kill -9 ${service}`).catch(() => undefined)
  await until(async () => (await container.inspect()).RestartCount > RestartCount, { timeout: 60_000 })
  await container.serves()
  url = await container.url()
})

test('a camera that is not there is no reason to restart', async () => {
  await using waiting = await Container.run(...anyPort, '--restart', 'unless-stopped', IMAGE)
  const address = await waiting.serves()
  const answer = await until(
    async () => {
      const response = await fetch(`${address}/ready`)
      const body = (await response.json()) as { code?: string }
      return response.status === 503 && body.code === 'ERR_NO_CAMERA' && body
    },
    { timeout: 60_000, what: '/ready says that there is no camera' },
  )
  expect(answer.code).toBe('ERR_NO_CAMERA')
  expect(await waiting.inspect()).toMatchObject({ RestartCount: 0, State: { Status: 'running' } })
})

test('nor is one that only a person can mend: it says so', async () => {
  await using broken = await Container.run(
    ...anyPort,
    '--restart',
    'unless-stopped',
    ...environment({ MIO_CAMERA: 'synthetic', MIO_ENCODER: 'passthrough' }),
    IMAGE,
  )
  const ready = await fetch(`${await broken.serves()}/ready`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({ code: 'ERR_ENCODER' })
  expect(await broken.inspect()).toMatchObject({ RestartCount: 0, State: { Status: 'running' } })
})

test('a bad setting ends it with one sentence', async () => {
  const { code, output } = await dockerResult('run', '--rm', ...environment({ MIO_FSP: '10' }), IMAGE)
  expect(code).toBe(2)
  expect(output.trim().split('\n')).toHaveLength(1)
  expect(output).toContain('MIO_FPS')
})

test('it passes what docker-publish.yml asks of it, libcamera in the very version that the addon was built for', async () => {
  const smoke = join(import.meta.dirname, 'smoke.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [smoke, IMAGE])
  expect(stdout).toMatch(/: healthy, libcamera v\d+\.\d+\.\d+.*pictures streamed$/m)
})
