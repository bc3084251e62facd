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
 * By libcamera's soname, oldest first. No suite has 0.5 and 0.6 any more, which Raspberry Pi OS had: unstable had them too,
 * and is taken as it was then.
 * @type {Record<string, [string, ...string[]]>}
 */
export const suitesOf = {
  0.4: ['trixie'],
  0.5: ['sid@20251101T000000Z'],
  0.6: ['sid@20260115T000000Z'],
  0.7: ['trixie-backports', 'forky', 'sid'],
}
export const sonames = Object.keys(suitesOf)

/** @type {Unpacked} */
const turbojpeg = { name: 'libturbojpeg', packages: ['libturbojpeg0-dev', 'libturbojpeg0'], suites: [FLOOR] }
/** @type {Unpacked[]} */
const libcameras = Object.entries(suitesOf).map(([soname, suites]) => ({
  name: `libcamera${soname}`,
  packages: ['libcamera-dev', `libcamera${soname}`],
  suites,
}))

/**
 * Fetches once into the cache what prebuilds are built against.
 * @param {'amd64' | 'arm64'} architecture
 * @param {(line: string) => void} onLine
 * @returns {Promise<string[]>} Why which libcamera cannot be had.
 */
export async function fetchSysroot(architecture, onLine) {
  await unpack(turbojpeg, architecture, onLine)
  /** @type {string[]} */
  const failures = []
  for (const libcamera of libcameras) {
    try {
      await unpack(libcamera, architecture, onLine)
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(error.message)
    }
  }
  return failures
}

/**
 * The prefixes, with `lib/pkgconfig` in each, of what was fetched.
 * @param {'amd64' | 'arm64'} architecture
 */
export function sysroot(architecture) {
  const prefix = (/** @type {Unpacked} */ { name }) => join(placeOf(name, architecture), 'usr')
  return {
    turbojpeg: prefix(turbojpeg),
    libcameras: libcameras.map((libcamera) => prefix(libcamera)).filter((folder) => existsSync(folder)),
  }
}

const placeOf = (/** @type {string} */ name, /** @type {string} */ architecture) =>
  join(cacheFolder, 'debian', architecture, name)

/**
 * Fetches and unpacks, unless that was done before.
 * @param {Unpacked} wanted
 * @param {string} architecture
 * @param {(line: string) => void} onLine
 */
async function unpack({ name, packages, suites }, architecture, onLine) {
  const folder = placeOf(name, architecture)
  if (existsSync(folder)) return
  mkdirSync(join(cacheFolder, 'debian', architecture), { recursive: true })
  const work = mkdtempSync(join(cacheFolder, 'unpacking-'))
  /** @type {string[]} */
  const failures = []
  try {
    for (const suite of suites) {
      try {
        const apt = await aptFor({ kind: 'deb', suite, architecture, folder: join(work, suite), onLine })
        await apt(['download', ...packages])
        await extract(join(work, suite), join(work, 'root'), onLine)
        settle(join(work, 'root'), folder)
        return
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
export async function extract(packages, root, onLine) {
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
