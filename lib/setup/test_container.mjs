import { emulateArm64 } from '../../test/container/setup/emulation.mjs'
import { startEngine } from '../../test/container/setup/engine.mjs'
import { images, nativeTestsImage } from '../../test/container/setup/images.mjs'
import { npmPackages } from './npm_packages.mjs'
import { SetupError } from './setup_error.mjs'
import { vitest } from './vitest.mjs'

/** Words that are not vitest's. */
const UNEMULATED = 'unemulated'
const WHERE_POSSIBLE = 'where-possible'

/**
 * `npm run test:container`: the image, built for both architectures and run by a Docker engine, which is installed
 * and started for it where there is none.
 * @param {string[]} args For vitest. `unemulated` leaves out what runs programs of another architecture: that is slow.
 * With `where-possible` a machine on which no engine can be had is no failure: all tests are skipped, and why is said.
 */
export default async function testContainer(args) {
  const emulated = !args.includes(UNEMULATED)
  const others = args.filter((arg) => arg !== UNEMULATED && arg !== WHERE_POSSIBLE)
  const options = [
    '--config',
    'test/container/vitest.config.ts',
    ...(emulated ? [] : ['--exclude', '**/arm64.test.ts']),
  ]
  await npmPackages()
  const stopEngine = await startEngine().catch((error) => {
    if (!args.includes(WHERE_POSSIBLE) || !(error instanceof SetupError)) throw error
    console.log(`\ncontainer: all skipped, because no engine can be had here. ${error.message}`)
  })
  if (!stopEngine) return
  try {
    if (emulated) await emulateArm64()
    await images()
    if (emulated) await nativeTestsImage()
    const { passed, failed, skipped } = await vitest([...options, ...others])
    console.log(`\ncontainer: ${passed} passed, ${failed} failed, ${skipped} skipped`)
    process.exitCode = failed > 0 ? 1 : 0
  } finally {
    await stopEngine()
  }
}
