// The peer of the benchmarks: ustreamer of Debian's stable suite, whatever this system is, so that everybody measures
// against the same one. It brings the libraries of that suite, libc too, and is unpacked into the cache, not installed.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor } from '../../lib/setup/debian.mjs'
import { extract } from '../../lib/setup/debian_sysroot.mjs'
import { cacheFolder } from '../../lib/setup/paths.mjs'
import { ask } from '../../lib/setup/run.mjs'
import { SetupError } from '../../lib/setup/setup_error.mjs'
import { step } from '../../lib/setup/step.mjs'

const SUITE = 'trixie'
const folder = join(cacheFolder, `ustreamer-${SUITE}`)

/** Fetches it once. Where that cannot be done, what is measured is compared with the floor alone. */
export async function ustreamerForBench() {
  if (existsSync(folder)) return
  try {
    await step(`ustreamer of Debian ${SUITE}`, 'what the benchmarks compare with; once', fetch)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`  ${error.message} The comparison with ustreamer is left out.`)
  }
}

/** @param {(line: string) => void} onLine */
async function fetch(onLine) {
  mkdirSync(cacheFolder, { recursive: true })
  const work = mkdtempSync(join(cacheFolder, 'ustreamer-'))
  try {
    const apt = await aptFor({ kind: 'deb', suite: SUITE, folder: work, onLine })
    await apt(['install', '--yes', '--download-only', '--no-install-recommends', 'ustreamer'])
    await extract(join(work, 'cache/archives'), join(work, 'root'), onLine)
    renameSync(join(work, 'root'), folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * How it is run; undefined where it is not.
 * @param {string} [preload] A library that stands in for the camera.
 * @returns {[command: string, ...args: string[]] | undefined}
 */
export function ustreamerCommand(preload) {
  if (!existsSync(folder)) return undefined
  const libraries = join(folder, 'usr/lib', `${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`)
  const linker = readdirSync(libraries).find((name) => name.startsWith('ld-linux-'))
  if (!linker) throw new Error(`${libraries} has no dynamic linker`)
  const options = [...(preload ? ['--preload', preload] : []), '--library-path', libraries]
  return [join(libraries, linker), ...options, join(folder, 'usr/bin/ustreamer')]
}

/** For instance `5.4`. */
export function ustreamerVersion() {
  const [command, ...args] = ustreamerCommand() ?? []
  return command && ask(command, [...args, '--version'])
}
