// Debian's Docker engine with buildx and compose, unpacked into the cache.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor } from '../../../lib/setup/debian.mjs'
import { extract } from '../../../lib/setup/debian_sysroot.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { ask } from '../../../lib/setup/run.mjs'
import { SetupError } from '../../../lib/setup/setup_error.mjs'
import { step } from '../../../lib/setup/step.mjs'

/** Debian 13's engine is of before Docker 28, which can check a Dockerfile and inspect either architecture of an image. */
const SUITE = 'forky'
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
  const out = join(work, 'out')
  try {
    const apt = await aptFor({ kind: 'deb', suite: SUITE, folder: work, onLine })
    await apt(['download', ...PACKAGES])
    await extract(work, out, onLine)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    throw new SetupError(`Debian's Docker engine (${SUITE}) cannot be fetched: ${error.message}.`)
  }
  // Debian testing may want a newer libc6 than this machine has.
  if (ask(join(out, 'usr/sbin/dockerd'), ['--version'])) return out
  throw new SetupError(`Debian's Docker engine (${SUITE}) does not run on this machine.`)
}
