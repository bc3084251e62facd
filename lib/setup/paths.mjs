import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** @param {string[]} parts */
export const inRoot = (...parts) => join(root, ...parts)

/** Outside the checkout, because `node-gyp clean` and `git clean` remove build/, and a libcamera takes minutes. */
export const cacheFolder =
  process.env.MIO_CACHE_DIR || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'motioninocean')

/**
 * The libcameras that were built for the tests, newest first.
 * @returns {{ version: string, prefix: string }[]}
 */
export function builtLibcameras() {
  if (!existsSync(cacheFolder)) return []
  return readdirSync(cacheFolder)
    .filter((name) => /^libcamera-\d/.test(name))
    .map((name) => ({ version: name.slice('libcamera-'.length), prefix: join(cacheFolder, name) }))
    .toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))
}
