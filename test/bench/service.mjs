// The service as users start it, in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Starts `motioninocean serve` with these flags and resolves once it serves. */
export async function startService(...flags) {
  const child = spawn(
    process.execPath,
    [main, 'serve', '--port', '0', '--bind', '127.0.0.1', '--log-format', 'json', ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const said = JSON.parse(line)
      if (said.url) resolve(said.url)
    })
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)))
  })
  return {
    url,
    pid: child.pid,
    async stop() {
      child.removeAllListeners('exit')
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
