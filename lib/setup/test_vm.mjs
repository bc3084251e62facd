import { virtualMachineTests } from '../../test/vm/main.mjs'
import { add } from './native_tests.mjs'
import { npmPackages } from './npm_packages.mjs'
import { typescriptBuild } from './typescript.mjs'

/**
 * `npm run test:vm`: what the virtual machine needs (its native code is built for it alone), then its tests.
 * @param {string[]} args The architecture (amd64 or arm64), and a shell command to run there instead of the tests.
 */
export default async function testVm(args) {
  await npmPackages()
  await typescriptBuild()
  const counts = { passed: 0, failed: 0, skipped: 0 }
  add(counts, await virtualMachineTests(args))
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed > 0 ? 1 : 0
}
