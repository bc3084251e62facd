// Debian's Docker engine with buildx and compose, unpacked into the cache.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor } from '../../../lib/setup/debian.mjs'
import { unpack as unpackDebs } from '../../../lib/setup/debian_sysroot.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { ask } from '../../../lib/setup/run.mjs'
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
        renameSync(await extract(work, onLine), folder)
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
  const failures = []
  for (const suite of SUITES) {
    const folder = join(work, suite)
    const out = join(folder, 'out')
    try {
      const apt = await aptFor({ kind: 'deb', suite, folder, onLine })
      await apt(['download', ...PACKAGES])
      await unpackDebs(folder, out, onLine)
      if (ask(join(out, 'usr/sbin/dockerd'), ['--version'])) return out
      failures.push(`${suite}: dockerd does not run`)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(`${suite}: ${error.message}`)
    }
  }
  throw new SetupError(`None of Debian's Docker engines can be had on this machine (${failures.join('; ')}).`)
}
