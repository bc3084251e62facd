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
 * @param {(line: string) => void} options.onLine
 */
export async function build({ config = 'Release', output = join('build', config), onLine }) {
  const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js')
  // Not in build/ itself: node-gyp keeps its own Makefile there.
  const tree = inRoot('build/cmake', config)
  forgetOldFacts(tree, JSON.stringify([root, resolve(output), systemLibcamera(), builtLibcameras()]))
  const settings = [
    `--CDCMAKE_LIBRARY_OUTPUT_DIRECTORY=${resolve(output)}`,
    `--CDMIO_LIBCAMERA_PREFIXES=${libcameraPrefixes()}`,
  ]
  const args = ['build', '--out', tree, '--config', config, ...settings, '--log-level', 'warn']
  await run(process.execPath, [cmakeJs, ...args], { onLine })
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
