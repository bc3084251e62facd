// The service as users start it, in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { end } from './process.mjs'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Starts `motioninocean serve`, over the synthetic camera unless told otherwise, and resolves once it serves. */
export function startService({ width, height, fps, quality }, env = {}, camera = 'synthetic') {
  const flags = { port: 0, bind: '127.0.0.1', 'log-format': 'json', camera }
  const picture = { resolution: `${width}x${height}`, fps, 'jpeg-quality': quality }
  const args = Object.entries({ ...flags, ...picture }).map(([name, value]) => `--${name}=${value}`)
  return start([main, 'serve', ...args], env)
}

/** Starts a program, of Node unless told otherwise, that prints JSON lines, one of them with the `url` where it serves. */
export async function start(args, env = {}, command = process.execPath) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line)
      if (said.url) resolve(said.url)
    })
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)))
  })
  return {
    url,
    pid: child.pid,
    /** Resolves when it has ended, for whatever reason. */
    ended: child.exitCode === null ? once(child, 'exit') : Promise.resolve(),
    /** `/api/status` */
    async status() {
      return (await fetch(new URL('api/status', url))).json()
    },
    async stop() {
      await end(child)
    },
  }
}
