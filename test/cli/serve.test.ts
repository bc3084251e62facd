import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { RunningCli, runCli } from '../kit/cli.ts'
import { processEnvironment, Webcams } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { StreamClient } from '../kit/stream_client.ts'

const synthetic = ['--camera', 'synthetic', '--bind', '127.0.0.1', '--port', '0']

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the streams cleanly and the process with code 0', async (signal) => {
  await using service = new RunningCli(synthetic)
  const url = await service.url()
  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  await viewer.part()
  await using stalled = await StreamClient.open(`${url}/stream.mjpg`, { stalled: true })
  expect(stalled.status).toBe(200)

  const begin = performance.now()
  service.kill(signal)
  await viewer.partThat(({ state }) => state === 'ended')
  await viewer.end()
  expect(viewer.finished).toBe(true)
  expect(await service.ended).toMatchObject({ code: 0, signal: null, stderr: '' })
  expect(performance.now() - begin).toBeLessThan(8000)
  expect(service.logLines.at(-1)!.msg).toBe('stopped')
})

test('says in one line what it does, and serves the size and rate that were asked for', async () => {
  await using service = new RunningCli([...synthetic, '--resolution', '640x480', '--fps', '10', '--base-path', '/cam'])
  const url = await service.url()
  const line = await service.log(({ msg }) => msg.startsWith('MotionInOcean '))
  expect(line.msg).toMatch(
    /^MotionInOcean \d+\.\d+\.\d+: Synthetic camera 640x480 \S+ at 10 fps, turbojpeg by the CPU, straight into slots \(.+\)\. Open http:.*\/cam\/$/,
  )
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/cam$/)
  expect(((await (await fetch(`${url}/ready`)).json()) as { status: string }).status).toBe('ready')

  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  const stamps: number[] = []
  for (let i = 0; i < 8; i++) {
    const { jpeg, timestamp } = await viewer.part()
    stamps.push(timestamp)
    expect(await Picture.decode(jpeg)).toMatchObject({ width: 640, height: 480 })
  }
  // On a busy machine a frame may be skipped, but none is exposed off the beat.
  for (const stamp of stamps) {
    const beats = (stamp - stamps[0]!) / 100
    expect(beats).toBeCloseTo(Math.round(beats), 1)
  }
})

test('settings come from the environment, and old names are warned about', async () => {
  await using service = new RunningCli([], {
    MIO_MOCK_CAMERA: 'true',
    MIO_BIND_HOST: '127.0.0.1',
    MIO_PORT: '0',
    MIO_RESOLUTION: '320x240',
  })
  const url = await service.url()
  const status = (await (await fetch(`${url}/api/status`)).json()) as Record<string, unknown>
  expect(status).toMatchObject({ status: 'live', width: 320, height: 240, backend: 'synthetic' })
  expect(service.logLines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
    'MIO_MOCK_CAMERA is now MIO_CAMERA=synthetic',
    'MIO_BIND_HOST is now MIO_BIND',
  ])
})

test('without a camera, auto streams the synthetic one and says so loudly', async ({ skip }) => {
  const { stdout } = await runCli(['list'])
  skip(stdout.includes('cam0'), 'this machine has a camera')
  await using service = new RunningCli(['--bind', '127.0.0.1', '--port', '0'])
  const url = await service.url()
  expect(service.logLines.find(({ level }) => level === 40)!.msg).toContain('SYNTHETIC')
  expect((await (await fetch(`${url}/ready`)).json()) as object).toMatchObject({ status: 'ready', synthetic: true })
})

test('a camera that is not there is waited for and never replaced', async () => {
  await using service = new RunningCli(
    ['--camera', '0', '--bind', '127.0.0.1', '--port', '0', '--resolution', '640x360'],
    processEnvironment(),
  )
  const url = await service.url()
  const ready = await fetch(`${url}/ready`)
  expect(ready.status).toBe(503)
  const { code } = (await ready.json()) as { code: string }
  expect(code).toBe('ERR_NO_CAMERA')
  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  for (let i = 0; i < 3; i++) {
    const part = await viewer.part()
    expect(part.state).toBe(code)
    expect(await Picture.decode(part.jpeg)).toMatchObject({ width: 640, height: 360 })
  }
  service.kill('SIGTERM')
  expect(await service.ended).toMatchObject({ code: 0 })
})

test('what reads bodies is there when one comes, also an unfit one', async () => {
  await using service = new RunningCli(synthetic)
  const url = await service.url()
  const patch = async (body: string) => {
    const response = await fetch(`${url}/api/settings`, { method: 'PATCH', body })
    return [response.status, await response.json()]
  }
  expect(await patch('{"quality":')).toMatchObject([400, { code: 'ERR_BAD_REQUEST' }])
  expect(await patch(`"${'x'.repeat(70_000)}"`)).toMatchObject([413, { code: 'ERR_TOO_LARGE' }])
  expect(await patch('{"quality":50}')).toMatchObject([200, { quality: 50 }])
})

test('can be told to stop while it starts', async () => {
  await using service = new RunningCli(synthetic)
  await service.log(() => true)
  service.kill('SIGTERM')
  expect(await service.ended).toMatchObject({ code: 0, signal: null })
})

test('what is set over HTTP is there again in the next run', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mio-state-'))
  try {
    const args = [...synthetic, '--state-dir', join(folder, 'new')]
    for (const set of [true, false]) {
      await using service = new RunningCli(args)
      const url = await service.url()
      const patch = { method: 'PATCH', body: '{"Brightness":0.25}' }
      if (set) expect((await fetch(`${url}/api/controls`, patch)).status).toBe(200)
      await vi.waitFor(
        async () => {
          const controls = (await (await fetch(`${url}/api/controls`)).json()) as Record<string, { value: number }>
          expect(controls['Brightness']!.value).toBe(0.25)
        },
        { timeout: 20_000 },
      )
      // As the power does it.
      service.kill('SIGKILL')
      await service.ended
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('cam0 and cam1 are the cameras that were asked for as 0 and 1, in whichever order', async () => {
  using webcams = new Webcams()
  await webcams.plug(0)
  await webcams.plug(1)
  const env = { ...processEnvironment(), UVCSHIM_DIR: webcams.folder }
  const { stdout } = await runCli(['list'], env)
  const listed = ['cam0', 'cam1'].map((name) => new RegExp(`^${name} .* (\\S+)$`, 'm').exec(stdout)?.[1])
  await using service = new RunningCli(['--camera', '1,0', '--bind', '127.0.0.1', '--port', '0'], env)
  const url = await service.url()
  for (const [index, id] of listed.entries()) {
    const status = (await (await fetch(`${url}/cameras/cam${index}/api/status`)).json()) as { cameraId: string }
    expect(status.cameraId).toBe(id)
  }
})

test('a folder that cannot be written to ends the start with one sentence', async () => {
  const end = await runCli([...synthetic, '--state-dir', '/proc/nowhere'])
  expect(end).toMatchObject({ code: 2, signal: null })
  expect(end.stderr).toMatch(
    /^motioninocean: MIO_STATE_DIR="\/proc\/nowhere": this user cannot write there \(ENOENT\)\..*\n$/,
  )
})

test('on request the log is for people', async () => {
  await using service = new RunningCli([...synthetic, '--log-format', 'pretty', '--log-level', 'debug'])
  await service.says('Open http')
  service.kill('SIGTERM')
  const { stdout, code } = await service.ended
  expect(code).toBe(0)
  expect(stdout).toContain('INFO')
  expect(stdout).not.toMatch(/^\{/m)
})

test('told to start anyway, it serves what is wrong, and heals when the device may be opened', async () => {
  using webcams = new Webcams()
  await webcams.plug(0)
  webcams.denied(0, true)
  const env = { ...processEnvironment(), UVCSHIM_DIR: webcams.folder, MIO_START_ANYWAY: 'true' }
  await using service = new RunningCli(['--camera', webcams.id(0), '--bind', '127.0.0.1', '--port', '0'], env)
  const url = await service.url()
  const ready = await fetch(`${url}/ready`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({
    code: 'ERR_PERMISSION',
    message: expect.stringMatching(/\/dev\/media\d+/) as string,
  })
  expect((await fetch(`${url}/health`)).status).toBe(200)
  webcams.denied(0, false)
  await vi.waitFor(async () => expect((await fetch(`${url}/ready`)).status).toBe(200), { timeout: 25_000 })
})

describe('what waiting does not heal ends the start with code 1 and one sentence:', () => {
  test('no libcamera', async ({ skip }) => {
    // Only the addon's own backends are looked for, and their libcamera is not on the linker's path here.
    const { stdout } = await runCli(['list'])
    skip(stdout.includes('cam0'), 'this machine has a libcamera with a camera')
    const end = await runCli(['--camera', '0', '--bind', '127.0.0.1', '--port', '0'])
    expect(end).toMatchObject({ code: 1, signal: null })
    expect(end.stderr).toMatch(/^motioninocean: .*libcamera could not be loaded: .*libcamera.*\n$/)
  })

  test('an encoder that cannot take the pictures', async () => {
    const end = await runCli([...synthetic, '--encoder', 'passthrough'])
    expect(end).toMatchObject({ code: 1, signal: null })
    expect(end.stderr).toMatch(/^motioninocean: .*passthrough cannot take the raw pictures.*\n$/)
  })

  test('devices that this user must not open', async () => {
    using webcams = new Webcams()
    await webcams.plug(0)
    webcams.denied(0, true)
    const env = { ...processEnvironment(), UVCSHIM_DIR: webcams.folder }
    const end = await runCli(['--camera', webcams.id(0), '--bind', '127.0.0.1', '--port', '0'], env)
    expect(end).toMatchObject({ code: 1, signal: null })
    expect(end.stderr).toMatch(/^motioninocean: .*\/dev\/media\d+.*group.*\n$/)
  })
})
