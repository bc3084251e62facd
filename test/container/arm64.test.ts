// The image for a Raspberry Pi, run: on an arm64 machine as it is, elsewhere under emulation.
import { expect, test } from 'vitest'
import { StreamClient } from '../kit/stream_client.ts'
import { anyPort, Container, docker, environment, IMAGE } from './docker.ts'

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
  await docker('stop', container.id)
  await viewer.end()
  expect(viewer.finished).toBe(true)
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
