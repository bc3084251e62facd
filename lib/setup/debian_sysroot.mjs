import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { aptFor } from './debian.mjs'
import { cacheFolder } from './paths.mjs'
import { run } from './run.mjs'
import { SetupError } from './setup_error.mjs'

/**
 * What a prebuild is built against: packages of Debian, unpacked and not installed, so that several versions of a
 * library, and those of another architecture, lie side by side.
 *
 * @typedef {object} Unpacked
 * @property {string} name Of the folder.
 * @property {string[]} packages
 * @property {string[]} suites Of Debian; the first that has all of them is taken.
 */

/** The oldest Debian that the addon runs on: its libjpeg-turbo, as its compiler decides which libc is needed. */
const FLOOR = 'bookworm'

/**
 * libcamera's sonames that Debian has headers for, oldest first. 0.5 and 0.6 were in Raspberry Pi OS between them, and
 * Debian has no headers of theirs: whoever still runs one builds once with `npx motioninocean build`.
 */
export const sonames = ['0.4', '0.7']

/** @type {Record<string, string[]>} */
const suitesOf = { 0.4: ['trixie'], 0.7: ['trixie-backports', 'forky', 'sid'] }

/**
 * The prefixes to build against, fetched once into the cache.
 * @param {'amd64' | 'arm64'} architecture
 * @param {(line: string) => void} onLine
 */
export async function debianSysroot(architecture, onLine) {
  const turbo = { name: 'libturbojpeg', packages: ['libturbojpeg0-dev', 'libturbojpeg0'], suites: [FLOOR] }
  const turbojpeg = await unpacked(turbo, architecture, onLine)
  const libcameras = []
  for (const soname of sonames) {
    const packages = ['libcamera-dev', `libcamera${soname}`]
    const wanted = { name: `libcamera${soname}`, packages, suites: suitesOf[soname] ?? [] }
    libcameras.push(await unpacked(wanted, architecture, onLine))
  }
  return { turbojpeg, libcameras }
}

/**
 * Fetches and unpacks, unless that was done before.
 * @param {Unpacked} wanted
 * @param {string} architecture
 * @param {(line: string) => void} onLine
 * @returns {Promise<string>} The prefix, with `lib/pkgconfig` in it.
 */
export async function unpacked({ name, packages, suites }, architecture, onLine) {
  const folder = join(cacheFolder, 'debian', architecture, name)
  if (existsSync(folder)) return join(folder, 'usr')
  mkdirSync(join(cacheFolder, 'debian', architecture), { recursive: true })
  const work = mkdtempSync(join(cacheFolder, 'unpacking-'))
  /** @type {string[]} */
  const failures = []
  try {
    for (const suite of suites) {
      try {
        const apt = await aptFor({ kind: 'deb', suite, architecture, folder: join(work, suite), onLine })
        await apt(['download', ...packages])
        await unpack(join(work, suite), join(work, 'root'), onLine)
        settle(join(work, 'root'), folder)
        return join(folder, 'usr')
      } catch (error) {
        if (!(error instanceof SetupError)) throw error
        failures.push(`${suite}: ${error.message}`)
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  throw new SetupError(`No suite of Debian has ${packages.join(' and ')} for ${architecture}: ${failures.join('; ')}.`)
}

/**
 * @param {string} packages The folder with the packages.
 * @param {string} root
 * @param {(line: string) => void} onLine
 */
export async function unpack(packages, root, onLine) {
  for (const name of readdirSync(packages).filter((file) => file.endsWith('.deb')))
    await run('dpkg-deb', ['--extract', join(packages, name), root], { onLine })
}

/**
 * Moves what was unpacked to its place, and tells pkg-config's files where that is.
 * @param {string} root
 * @param {string} folder
 */
function settle(root, folder) {
  const libraries = join(root, 'usr/lib')
  const triplet = readdirSync(libraries).find((name) => name.endsWith('-linux-gnu')) ?? ''
  const descriptions = join(libraries, triplet, 'pkgconfig')
  for (const file of readdirSync(descriptions).map((name) => join(descriptions, name)))
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/(^|=)\/usr\b/gm, `$1${folder}/usr`))
  symlinkSync(join(triplet, 'pkgconfig'), join(libraries, 'pkgconfig'))
  renameSync(root, folder)
}
