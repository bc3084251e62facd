import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor } from '../../lib/setup/debian.mjs'
import { extract } from '../../lib/setup/debian_sysroot.mjs'
import { cacheFolder } from '../../lib/setup/paths.mjs'

/**
 * Packages of a Debian with all that they depend on, down to the C library, unpacked in the cache.
 * @param {string} suite
 * @param {string[]} packages
 */
export async function debianRoot(suite, packages) {
  const folder = join(cacheFolder, 'debian', `${suite}-${packages.join('-')}`)
  if (existsSync(folder)) return folder
  mkdirSync(join(cacheFolder, 'debian'), { recursive: true })
  const work = mkdtempSync(join(cacheFolder, 'unpacking-'))
  try {
    const onLine = () => {}
    const apt = await aptFor({ kind: 'deb', suite, folder: work, onLine })
    await apt(['install', '--download-only', '--no-install-recommends', '-y', '-o', 'Debug::NoLocking=1', ...packages])
    await extract(join(work, 'cache/archives'), join(work, 'root'), onLine)
    renameSync(join(work, 'root'), folder)
    return folder
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
