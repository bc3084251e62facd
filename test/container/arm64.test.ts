// The image for a Raspberry Pi, run: on an arm64 machine as it is, elsewhere under emulation.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StreamClient } from '../kit/stream_client.ts'
import { anyPort, Container, docker, dockerResult, environment, IMAGE, NATIVE_TESTS } from './docker.ts'

const arm64 = ['--platform', 'linux/arm64']
/** How the compose file starts it. Node starts slowly under emulation: the image's own check would give up. */
const service = [
  ...arm64,
  ...anyPort,
  '--read-only',
  '--init',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--no-healthcheck',
]

test('the service streams the synthetic camera', async () => {
  await using container = await Container.run(
    ...service,
    ...environment({ MIO_CAMERA: 'synthetic', MIO_RESOLUTION: '320x240' }),
    IMAGE,
  )
  const url = await container.serves()
  expect(await container.node('console.log(process.arch)')).toBe('arm64')
  await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
  const [first, second] = [await viewer.part(), await viewer.part()]
  expect(second.timestamp).toBeGreaterThan(first.timestamp)
  // sharp is a program of this architecture too.
  const response = await fetch(`${url}/snapshot.jpg`)
  expect(response.status).toBe(200)
  // How the stream ends is in service.test.ts: here its time may be up first.
  await docker('stop', '--time', '60', container.id)
  await viewer.end()
  expect((await container.inspect()).State).toMatchObject({ Status: 'exited', ExitCode: 0 })
})

test('libcamera is the version that the addon was built for', async () => {
  const code = `
    import('/app/dist/camera/binding.js').then(async ({ binding }) =>
      console.log(JSON.stringify(await binding().listCameras('libcamera'))))`
  const list = await docker('run', '--rm', ...arm64, '--entrypoint', 'node', IMAGE, '-e', code)
  const { version, builtFor } = JSON.parse(list.split('\n').at(-1)!) as { version: string; builtFor: string }
  expect(version).toMatch(/^v\d/)
  expect(version.slice(1)).toBe(builtFor)
})

describe("libcamera's virtual camera", () => {
  let kit: string
  beforeAll(async () => {
    kit = mkdtempSync(join(tmpdir(), 'mio-arm64-'))
    chmodSync(kit, 0o755)
    const source = await docker('create', ...arm64, NATIVE_TESTS)
    try {
      await docker('cp', `${source}:/tests/dmabuf_shim.so`, kit)
    } finally {
      await docker('rm', source)
    }
    const camera = { supported_formats: [{ width: 640, height: 480 }], test_pattern: 'bars' }
    writeFileSync(join(kit, 'virtual.yaml'), `%YAML 1.1\n---\n${JSON.stringify({ Virtual0: camera })}\n`)
  })
  afterAll(() => rmSync(kit, { recursive: true }))

  test('streams', async () => {
    await using container = await Container.run(
      ...service,
      ...environment({ LD_PRELOAD: '/kit/dmabuf_shim.so', LCSHIM_VIRTUAL_YAML: '/kit/virtual.yaml', LCSHIM_FPS: '10' }),
      ...environment({ MIO_RESOLUTION: '640x480', MIO_FPS: '10' }),
      '--volume',
      `${kit}:/kit:ro`,
      IMAGE,
    )
    const url = await container.serves()
    await using viewer = await StreamClient.open(`${url}/stream.mjpg`)
    // A placeholder may come first, and says so.
    await viewer.partThat(({ state }) => state === undefined)
    const status = (await (await fetch(`${url}/api/status`)).json()) as Record<string, unknown>
    expect(status).toMatchObject({ status: 'live', backend: 'libcamera', width: 640, height: 480 })
  })
})

test('GoogleTests', async () => {
  const { code, output } = await dockerResult('run', '--rm', ...arm64, NATIVE_TESTS)
  const told = output.split('\n').filter((line) => !/^\[ +(RUN|OK) +\]|^\[-+\]/.test(line))
  expect({ code, told: code === 0 ? [] : told.slice(-60) }).toEqual({ code: 0, told: [] })
  const passed = Number(/^\[ {2}PASSED {2}\] (\d+) tests\.$/m.exec(output)?.[1])
  expect(passed).toBeGreaterThan(50)
  console.log(`arm64: ${passed} GoogleTests passed`)
  // Seven and a half minutes on two processors that fifteen others wanted too.
}, 1_800_000)
