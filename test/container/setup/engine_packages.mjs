// Debian's Docker engine with buildx and compose, unpacked into the cache.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor } from '../../../lib/setup/debian.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { ask, run } from '../../../lib/setup/run.mjs'
import { SetupError } from '../../../lib/setup/setup_error.mjs'
import { step } from '../../../lib/setup/step.mjs'

/** Newest first: only Docker 28 checks a Dockerfile. Debian testing may want a newer libc6 than this machine has. */
const SUITES = ['forky', 'trixie']
const PACKAGES = ['docker.io', 'docker-cli', 'containerd', 'docker-buildx', 'docker-compose', 'tini-static']

/** @returns {Promise<string>} The folder that holds `usr`. */
export async function unpackEngine() {
  const folder = join(cacheFolder, 'engine-packages')
  if (!existsSync(folder)) {
    await step('Docker engine of Debian', 'none is installed', async (onLine) => {
      mkdirSync(cacheFolder, { recursive: true })
      const work = mkdtempSync(join(cacheFolder, 'engine-'))
      try {
        renameSync(await unpack(work, onLine), folder)
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
    })
  }
  return folder
}

/**
 * @param {string} work
 * @param {(line: string) => void} onLine
 */
async function unpack(work, onLine) {
  for (const suite of SUITES) {
    const folder = join(work, suite)
    const apt = await aptFor({ kind: 'deb', suite, folder, onLine })
    await apt(['download', ...PACKAGES])
    const out = join(folder, 'out')
    for (const deb of readdirSync(folder).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['--extract', join(folder, deb), out], { onLine })
    if (ask(join(out, 'usr/sbin/dockerd'), ['--version'])) return out
  }
  throw new SetupError(`None of Debian's Docker engines (${SUITES.join(', ')}) runs on this machine.`)
}
