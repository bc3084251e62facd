// From the start of the process to the first whole picture at a client, against a Node that does nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { listed, median } from '../process.mjs'
import { freePort } from '../servers.mjs'

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))

/** @param {import('../main.mjs').Plan} plan */
export default async function start({ quick, size }) {
  const picture = ['--resolution', `${size.width}x${size.height}`, '--fps', `${size.fps}`]
  const measured = []
  for (let round = 0; round < (quick ? 1 : 7); round++) {
    const begun = performance.now()
    await once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit')
    const bare = performance.now() - begun
    const port = await freePort()
    const args = ['serve', '--camera', 'synthetic', '--bind', '127.0.0.1', '--port', port, ...picture]
    const started = performance.now()
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (!(await hasPicture(port))) await delay(1)
    measured.push({ bare, service: performance.now() - started })
    child.kill('SIGTERM')
    await ended
  }
  return [
    ['start to first picture ÷ a bare node -e 0', listed(measured.map(({ bare, service }) => service / bare)), '≤ 3'],
    ['  the service, ms', median(measured.map(({ service }) => service)).toFixed(0)],
    ['  node -e 0, ms', median(measured.map(({ bare }) => bare)).toFixed(0)],
  ]
}

/** Whether the stream's first part, a picture of the camera, arrives whole; false when nothing listens yet. */
function hasPicture(port) {
  return new Promise((resolve) => {
    const request = get(`http://127.0.0.1:${port}/stream.mjpg?frames=1`, (response) => {
      response.resume().once('end', () => resolve(response.statusCode === 200))
    })
    request.once('error', () => resolve(false))
  })
}
