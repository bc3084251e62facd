import { emulateArm64 } from '../../test/container/setup/emulation.mjs'
import { startEngine } from '../../test/container/setup/engine.mjs'
import { images } from '../../test/container/setup/images.mjs'
import { npmPackages } from './npm_packages.mjs'
import { vitest } from './vitest.mjs'

/**
 * `npm run test:container`: the image, built for both architectures and run by a Docker engine, which is installed
 * and started for it where there is none.
 * @param {string[]} args For vitest.
 */
export default async function testContainer(args) {
  await npmPackages()
  const stopEngine = await startEngine()
  try {
    await emulateArm64()
    await images()
    const { passed, failed, skipped } = await vitest(['--config', 'test/container/vitest.config.ts', ...args])
    console.log(`\ncontainer: ${passed} passed, ${failed} failed, ${skipped} skipped`)
    process.exitCode = failed > 0 ? 1 : 0
  } finally {
    await stopEngine()
  }
}
