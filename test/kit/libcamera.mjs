// The libcamera that the tests run on: the system's when it has the pipelines that need no hardware, else
// Debian's newest source, built once into the cache. Plain JavaScript: it runs before TypeScript is there.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { aptFor, mirror } from '../../lib/setup/debian.mjs'
import { ask, run } from '../../lib/setup/run.mjs'
import { forBuiltLibcamera, forLibcamera } from '../../lib/setup/needs.mjs'
import { systemPackages } from '../../lib/setup/packages.mjs'
import { builtLibcameras, cacheFolder } from '../../lib/setup/paths.mjs'
import { SetupError } from '../../lib/setup/setup_error.mjs'
import { step } from '../../lib/setup/step.mjs'

/**
 * 0.4's virtual camera leaves sequence, timestamp and status of its frames uninitialised; 0.5's says that its samples are of
 * whatever range it is asked for.
 */
const OLDEST_SYSTEM = '0.6'
/** Older sources need other build options. */
const OLDEST_BUILT = '0.7'
/** Where Debian keeps a new libcamera; the first that has one is taken. */
const SUITES = ['sid', 'forky', 'trixie-backports']

/** Builds a libcamera for the tests unless there is one. */
export async function libcameraForTests() {
  if (builtLibcameras().length > 0) return systemPackages(forBuiltLibcamera)
  if (systemIsEnough()) return
  await systemPackages(forLibcamera)
  await step(
    'libcamera for the tests',
    'no libcamera with the virtual and uvcvideo pipelines is here; takes minutes, once',
    build,
  )
}

/**
 * Where the dynamic linker must look for it; undefined when the system's is used.
 * @returns {string | undefined}
 */
export function libcameraFolder() {
  const [newest] = builtLibcameras()
  return newest && join(newest.prefix, 'lib')
}

/** Debian and Raspberry Pi OS build all the pipelines that libcamera's own tests use. */
function systemIsEnough() {
  if (ask('pkg-config', [`--atleast-version=${OLDEST_SYSTEM}`, 'libcamera']) === undefined) return false
  const folder = ask('pkg-config', ['--variable=libdir', 'libcamera']) ?? ''
  const library = readFileSync(join(folder, 'libcamera.so'))
  return ['PipelineHandlerVirtual', 'PipelineHandlerUVC'].every((name) => library.includes(name))
}

/** @param {(line: string) => void} onLine */
async function build(onLine) {
  mkdirSync(cacheFolder, { recursive: true })
  const work = mkdtempSync(join(cacheFolder, 'building-'))
  try {
    const { source, version } = await fetchSource(work, onLine)
    const prefix = join(cacheFolder, `libcamera-${version}`)
    const installed = await compile({ work, source, prefix }, onLine)
    // In one move, so that a prefix that is there is always whole.
    renameSync(installed, prefix)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * @param {string} work
 * @param {(line: string) => void} onLine
 */
async function fetchSource(work, onLine) {
  const failures = []
  for (const suite of SUITES) {
    const folder = join(work, suite)
    try {
      const apt = await aptFor({ kind: 'deb-src', suite, folder, onLine })
      await apt(['source', '--download-only', 'libcamera'])
      const description = readdirSync(folder).find((name) => name.endsWith('.dsc'))
      const version = /^libcamera_([\d.]+)/.exec(description ?? '')?.[1]
      if (!description || !version || version.localeCompare(OLDEST_BUILT, 'en', { numeric: true }) < 0) {
        throw new SetupError(`it has libcamera ${version ?? '(none)'}`)
      }
      const source = join(folder, `libcamera-${version}`)
      await run('dpkg-source', ['--no-check', '-x', description, source], { cwd: folder, onLine })
      return { source, version }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      failures.push(`${suite}: ${error.message}`)
    }
  }
  throw new SetupError(
    `No source of libcamera ${OLDEST_BUILT} or newer was found at ${mirror()}: ${failures.join('; ')}.`,
  )
}

/**
 * @param {{ work: string, source: string, prefix: string }} places
 * @param {(line: string) => void} onLine
 * @returns {Promise<string>} Where it lies, ready to be moved to its prefix.
 */
async function compile({ work, source, prefix }, onLine) {
  // The system's Python first: one of a virtual environment lacks the modules that libcamera's scripts import.
  const env = { PATH: `/usr/sbin:/usr/bin:/sbin:/bin:${process.env.PATH}`, DESTDIR: undefined }
  const tree = join(work, 'build')
  const options = [
    '--libdir=lib',
    '--buildtype=release',
    '--wrap-mode=nodownload',
    '-Dpipelines=virtual,uvcvideo',
    '-Dipas=',
    '-Dauto_features=disabled',
    '-Dtest=false',
    // Brings hot-plug.
    '-Dudev=enabled',
    // gcc 12 gives false alarms.
    '-Dwerror=false',
  ]
  await run('meson', ['setup', tree, source, `--prefix=${prefix}`, ...options], { env, onLine })
  await run('ninja', ['-C', tree], { env, onLine })
  // The prefix is compiled in, so it is installed as if there, and moved when it is whole.
  const staging = join(work, 'staging')
  await run('ninja', ['-C', tree, 'install'], { env: { ...env, DESTDIR: staging }, onLine })
  return join(staging, prefix)
}
