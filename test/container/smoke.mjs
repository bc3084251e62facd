// Does an image serve? `node test/container/smoke.mjs IMAGE`: what docker-publish.yml asks before it publishes.
import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

const [image = ''] = process.argv.slice(2)
const docker = (/** @type {string[]} */ ...args) => execFileSync('docker', args, { encoding: 'utf8' }).trim()

const confined = ['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges', '--init']
const options = ['--detach', '--publish', '127.0.0.1::8000', '--env', 'MIO_CAMERA=synthetic', ...confined]
const container = docker('run', ...options, image)
try {
  const deadline = Date.now() + 120_000
  const state = () => docker('inspect', '--format', '{{.State.Health.Status}}', container)
  for (let status = state(); status !== 'healthy'; status = state()) {
    if (status === 'unhealthy' || Date.now() > deadline) throw new Error(`the container is ${status}`)
    await delay(500)
  }
  const url = `http://${docker('port', container, '8000/tcp').split('\n')[0]}`

  const code = `import('/app/dist/index.js').then(async (it) => console.log(JSON.stringify(await it.libcameraVersion())))`
  const libcamera = JSON.parse(docker('exec', container, 'node', '-e', code) || 'null')
  // Raspberry Pi's builds say so after the number.
  if (!libcamera || libcamera.version.replace(/\+.*/, '') !== `v${libcamera.builtFor}`)
    throw new Error(`libcamera is not the one that the addon was built for: ${JSON.stringify(libcamera)}`)

  const snapshot = Buffer.from(await (await fetch(`${url}/snapshot.jpg`)).arrayBuffer())
  if (snapshot.readUInt16BE(0) !== 0xffd8) throw new Error('the snapshot is no JPEG')

  const stop = new AbortController()
  const stream = await fetch(`${url}/stream.mjpg`, { signal: stop.signal })
  let starts = 0
  for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (stream.body)) {
    starts += Buffer.from(chunk).toString('latin1').split('X-Timestamp').length - 1
    if (starts >= 30) break
  }
  stop.abort()
  console.log(
    `${image}: healthy, libcamera ${libcamera.version}, a snapshot of ${snapshot.length} bytes, ${starts} pictures streamed`,
  )
} catch (error) {
  console.error(docker('logs', container))
  throw error
} finally {
  docker('rm', '--force', container)
}
