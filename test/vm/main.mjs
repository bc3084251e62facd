// `npm run test:vm`: image, app, one session in the virtual machine, and what its tests say.
import { machineApp } from './app.mjs'
import { machineImage } from './image.mjs'
import { runInMachine } from './machine.mjs'
import { SetupError } from '../../lib/setup/setup_error.mjs'

/** Seconds. It takes two minutes on a quiet machine; node is 25 to 40 times slower there than outside. */
const LIMIT = 2700

/** An emulator would compile each function again and again: the interpreter alone is quicker in short runs. */
const TESTS = 'exec node --jitless --test-reporter=/app/guest/reporter.mjs guest/main.mjs'

/**
 * @param {string[]} args Architecture, and a command to run instead of the tests.
 * @returns {Promise<import('../../lib/setup/native_tests.mjs').Counts>}
 */
export async function virtualMachineTests([architecture = 'amd64', ...command]) {
  if (architecture !== 'amd64' && architecture !== 'arm64') {
    throw new SetupError(`There are virtual machines for amd64 and arm64, not for ${architecture}.`)
  }
  const image = await machineImage(architecture)
  const app = await machineApp(architecture, command.join(' ') || TESTS)
  const began = performance.now()
  console.log(`\nIn the virtual machine (${architecture}, software emulation):`)
  let report = ''
  const status = await runInMachine({
    architecture,
    image,
    app,
    limit: LIMIT,
    onOut: (text) => {
      report = (report + text).slice(-400)
      process.stdout.write(text)
    },
    onErr: (text) => process.stderr.write(text),
  })
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s in the virtual machine`)
  return command.length > 0 ? { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 } : countsIn(report, status)
}

/**
 * The last line that the tests print. A run that ends without it has failed.
 * @param {string} report
 * @param {number} status
 */
function countsIn(report, status) {
  const [, passed, failed, skipped] = /(\d+) passed, (\d+) failed, (\d+) skipped\s*$/.exec(report) ?? []
  const counts = { passed: Number(passed ?? 0), failed: Number(failed ?? 0), skipped: Number(skipped ?? 0) }
  if ((status !== 0 || passed === undefined) && counts.failed === 0) counts.failed++
  return counts
}
