// A machine with the JPEG encoder of a Pi, whose JPEGs are made in a process of its own: what is left in the service's
// process is what a hardware encoder leaves to the CPU.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './native.mjs'
import { end } from './process.mjs'

export async function startEncoder() {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  const socket = join(folder, 'socket')
  const child = spawn(`${root}/build/kit/m2m_server`, [socket], { stdio: ['pipe', 'pipe', 'inherit'] })
  /** By exposure: when the JPEG was done. Both CLOCK_MONOTONIC in microseconds. */
  const done = new Map()
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const [exposed, at] = line.split(' ').map(Number)
    if (at) done.set(exposed, at)
  })
  await once(lines, 'line')
  return {
    done,
    /** The environment of a process that shall see the device too, and encode with nothing else. */
    with: (env) => ({
      ...env,
      LD_PRELOAD: ['m2m', 'dmabuf'].map((shim) => `${root}/build/kit/${shim}_shim.so`).join(':') + `:${env.LD_PRELOAD}`,
      LCSHIM_DMA_HEAPS: 'linux,cma',
      M2MSHIM_DIR: folder,
      M2MSHIM_SOCKET: socket,
      SHIMS_QUIET: '1',
      MIO_ENCODER: 'v4l2-m2m',
    }),
    async stop() {
      await end(child, { tell: () => child.stdin.end() })
      rmSync(folder, { recursive: true })
    },
  }
}
