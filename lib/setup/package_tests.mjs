import { asanAddon } from './asan_addon.mjs'
import { installPackageTools, packageTools } from '../../test/package/tools.mjs'
import { libcameraForTests } from '../../test/kit/libcamera.mjs'
import { forBuild, forTests } from './needs.mjs'
import { testKit } from './native_tests.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { ownPrebuild } from './prebuilds.mjs'
import { show } from './run.mjs'
import { prepare } from './start.mjs'

/**
 * `npm run test:package`: the package on every supported Node, with every package manager, with each libcamera, and the
 * lifecycle of a process on every Node and under AddressSanitizer. Half an hour; `npm test` has the part of it that this Node and npm can tell.
 * @param {string[]} args
 */
export default async function packageTests(args) {
  await systemPackages([...forBuild, ...forTests])
  await libcameraForTests()
  await prepare()
  await testKit()
  await ownPrebuild()
  await installPackageTools()

  const failed = []
  const vitest = inRoot('node_modules/vitest/vitest.mjs')
  /** @type {NodeJS.ProcessEnv[]} */
  const runs = [{ TEST_PACKAGE: '1' }]
  if (args.length === 0) {
    for (const major of [20, 22, 24, 26])
      runs.push({ TEST_NODE: `${packageTools}/node_modules/node-${major}/bin/node` })
    runs.push(await asanAddon())
  }
  for (const env of runs) {
    const files = env['TEST_PACKAGE'] ? args : ['test/lifecycle']
    console.log(`\n== ${JSON.stringify(env)}`)
    if ((await show(process.execPath, [vitest, 'run', ...files], { env })) !== 0) failed.push(env)
  }
  if (failed.length > 0) console.error(`Failed: ${JSON.stringify(failed)}`)
  process.exitCode = failed.length > 0 ? 1 : 0
}
