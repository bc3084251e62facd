import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { libcameraPrefixes } from './build_native.mjs'
import { inRoot } from './paths.mjs'
import { ask, run, show } from './run.mjs'
import { step } from './step.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** CMakePresets.json says what they are. */
const TREES = ['tests', 'asan', 'tsan']
const PROGRAMS = ['native_tests', 'm2m_tests', 'faulty_camera_tests']

/** Builds the stand-in devices that the tests preload, in build/kit. */
export async function testKit() {
  await step('Test kit', 'stand-in devices', async (onLine) => {
    await configure('tests', onLine)
    await run('cmake', ['--build', '--preset', 'tests', '--target', 'kit'], { onLine })
  })
}

/**
 * The GoogleTests, plain and under the sanitizers.
 * @returns {Promise<Counts>}
 */
export async function nativeTests() {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const tree of TREES) {
    await step(`Native tests (${tree})`, 'CMake knows what changed', async (onLine) => {
      await configure(tree, onLine)
      await run('cmake', ['--build', '--preset', tree, '--target', ...PROGRAMS], { onLine })
    })
    add(counts, await ctest(tree))
  }
  return counts
}

/**
 * @param {string} tree
 * @param {(line: string) => void} onLine
 */
export function configure(tree, onLine) {
  return run('cmake', ['--preset', tree, `-DMIO_LIBCAMERA_PREFIXES=${libcameraPrefixes()}`], { onLine })
}

/** @param {string} tree */
async function ctest(tree) {
  const report = inRoot('build/cmake', tree, 'ctest.xml')
  rmSync(report, { force: true })
  const command = ['ctest', '--preset', tree, '--output-junit', report, '--parallel', `${availableParallelism()}`]
  // ThreadSanitizer of gcc 12 gives up where a kernel scatters addresses more than it knows of.
  if (ask('setarch', ['-R', 'true']) !== undefined) command.unshift('setarch', '-R')
  const [first = '', ...rest] = command
  const code = await show(first, rest)
  const counts = readReport(report)
  if (code !== 0 && counts.failed === 0) counts.failed++
  return counts
}

/**
 * @param {string} file
 * @returns {Counts}
 */
function readReport(file) {
  const suite = /<testsuite\b[^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] ?? ''
  const number = (/** @type {string} */ name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  const failed = number('failures')
  const skipped = number('skipped') + number('disabled')
  return { passed: number('tests') - failed - skipped, failed, skipped }
}

/**
 * @param {Counts} sum
 * @param {Counts} counts
 */
export function add(sum, counts) {
  sum.passed += counts.passed
  sum.failed += counts.failed
  sum.skipped += counts.skipped
}
