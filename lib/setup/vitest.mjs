import { existsSync, readFileSync, rmSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { show } from './run.mjs'

/**
 * The tests of everything above the native code. vitest.config.ts puts them on top of the stand-in devices.
 * @param {string[]} args
 * @returns {Promise<import('./native_tests.mjs').Counts>}
 */
export async function vitest(args) {
  const report = inRoot('build/vitest.json')
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await show(process.execPath, [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...args])
  const counts = existsSync(report) ? readReport(report) : { passed: 0, failed: 0, skipped: 0 }
  // An error outside of any test, or no test at all, is a failure too.
  if (code !== 0 && counts.failed === 0) counts.failed++
  return counts
}

/** @param {string} file */
function readReport(file) {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(file, 'utf8'))
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests }
}
