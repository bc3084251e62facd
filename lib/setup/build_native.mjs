// Builds the addon: `npm run build:native`, and what binding.gyp's one action runs. CMakeLists.txt says what is
// built and how; this only says where to.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { systemLibcamera } from './libcamera_headers.mjs'
import { builtLibcameras, inRoot, root } from './paths.mjs'
import { run } from './run.mjs'

/**
 * @param {object} options
 * @param {string} [options.config] `Release` or `Debug`.
 * @param {string} [options.output] The folder for the addon and its backends.
 * @param {string} [options.tree] CMake's folder.
 * @param {string[]} [options.libcameras] Prefixes of libcameras to build for, besides the system's.
 * @param {string} [options.cmakeJs] Its program, where this package does not see it.
 * @param {string[]} [options.settings] More of CMake's, as `NAME=value`.
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => void} options.onLine
 */
export async function build({
  config = 'Release',
  output = inRoot('build', config),
  // Not in build/ itself: node-gyp keeps its own Makefile there.
  tree = inRoot('build/cmake', config),
  libcameras = builtLibcameras().map((built) => built.prefix),
  cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js'),
  settings = [],
  env = {},
  onLine,
}) {
  forgetOldFacts(tree, JSON.stringify([root, resolve(output), systemLibcamera(), libcameras, settings]))
  const definitions = [
    `CMAKE_LIBRARY_OUTPUT_DIRECTORY=${resolve(output)}`,
    `MIO_LIBCAMERA_PREFIXES=${libcameras.join(';')}`,
    ...settings,
  ].map((setting) => `--CD${setting}`)
  const args = ['build', '--directory', root, '--out', tree, '--config', config, ...definitions, '--log-level', 'warn']
  await run(process.execPath, [cmakeJs, ...args], { env, onLine })
}

/** As CMake wants them: the libcameras built for the tests, besides the system's that pkg-config tells. */
export const libcameraPrefixes = () =>
  builtLibcameras()
    .map((built) => built.prefix)
    .join(';')

/**
 * CMake keeps what pkg-config once told, and cmake-js configures once only: another libcamera would not be seen.
 * @param {string} tree
 * @param {string} facts
 */
function forgetOldFacts(tree, facts) {
  const file = join(tree, 'facts.json')
  if (existsSync(file) && readFileSync(file, 'utf8') === facts) return
  rmSync(join(tree, 'CMakeCache.txt'), { force: true })
  mkdirSync(tree, { recursive: true })
  writeFileSync(file, facts)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { config: { type: 'string' }, output: { type: 'string' } } })
  await build({ ...values, onLine: console.log })
}
