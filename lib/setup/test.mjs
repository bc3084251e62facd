import { libcameraForTests } from '../../test/kit/libcamera.mjs'
import { forBuild, forTests } from './needs.mjs'
import { add, nativeTests, testKit } from './native_tests.mjs'
import { systemPackages } from './packages.mjs'
import { ownPrebuild } from './prebuilds.mjs'
import { prepare } from './start.mjs'
import { vitest } from './vitest.mjs'

/**
 * `npm test`: the set-up, then all tests. With arguments (`npm test -- test/camera`) they go to vitest, and the
 * native tests are left out.
 * @param {string[]} args
 */
export default async function test(args) {
  await systemPackages([...forBuild, ...forTests])
  await libcameraForTests()
  await prepare()
  await testKit()
  if (args.length === 0 || args.some((arg) => arg.includes('package'))) await ownPrebuild()

  const counts = args.length > 0 ? { passed: 0, failed: 0, skipped: 0 } : await nativeTests()
  add(counts, await vitest(args))
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exitCode = counts.failed > 0 ? 1 : 0
}
