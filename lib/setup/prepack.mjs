import { existsSync } from 'node:fs'
import { sonames } from './debian_sysroot.mjs'
import { npmPackages } from './npm_packages.mjs'
import { inRoot } from './paths.mjs'
import { machines } from './prebuild_settings.mjs'
import { SetupError } from './setup_error.mjs'
import { typescriptBuild } from './typescript.mjs'

/**
 * Before `npm pack` and `npm publish`: what is packed is whole and of these sources. The prebuilds take minutes and a
 * cross compiler, so they are made by a command of their own.
 */
export default async function prepack() {
  const files = ['motioninocean.glibc.node', ...sonames.map((soname) => `libcamera-${soname}.so`)]
  const missing = Object.keys(machines)
    .flatMap((arch) => files.map((file) => `prebuilds/linux-${arch}/${file}`))
    .filter((file) => !existsSync(inRoot(file)))
  if (missing.length > 0) throw new SetupError(`${missing.join(', ')}: not there yet. Run first: npm run prebuilds`)
  await npmPackages()
  await typescriptBuild()
}
