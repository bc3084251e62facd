// `npx motioninocean build`: builds the addon within the installed package, for machines and libcameras that no prebuild
// is for. It says what to install and installs nothing itself: this may be anybody's machine.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as apt from './apt.mjs'
import { build } from './build_native.mjs'
import { systemLibcamera } from './libcamera_headers.mjs'
import { forBuild } from './needs.mjs'
import { missingOf } from './packages.mjs'
import { root } from './paths.mjs'
import { SetupError } from './setup_error.mjs'
import { step } from './step.mjs'

/** @throws {SetupError} with the command that installs what is missing. */
export async function buildPackage() {
  const cmakeJs = fromProject('cmake-js/bin/cmake-js')
  const napi = fromProject('node-addon-api/package.json')
  if (!cmakeJs || !napi)
    throw new SetupError(
      'cmake-js and node-addon-api are needed to build. Install them beside this package, and build again: ' +
        'npm install --save-dev cmake-js node-addon-api && npx motioninocean build',
    )
  const missing = missingOf(forBuild)
  if (missing.length > 0) throw new SetupError(`${namesOf(missing)} missing. ${howToInstall(missing)}`)

  await step('Native build', 'the addon for this machine', (onLine) =>
    // Only this machine's libcamera, whatever lies in a developer's cache.
    build({ cmakeJs, libcameras: [], settings: [`MIO_NODE_ADDON_API=${dirname(napi)}`], onLine }),
  )
  const libcamera = systemLibcamera()
  console.error(
    libcamera
      ? `MotionInOcean is built for libcamera ${libcamera}.`
      : 'MotionInOcean is built without real cameras: pkg-config finds no libcamera 0.4 or newer. The synthetic camera ' +
          'works. For real ones, install the headers of libcamera (Debian 13, Raspberry Pi OS: ' +
          'sudo apt-get install libcamera-dev) and build again.',
  )
}

/**
 * A module as this package sees it, or as the project in the current folder does: a package manager that isolates
 * packages (pnpm) shows this one nothing but its own dependencies.
 * @param {string} module
 */
function fromProject(module) {
  for (const folder of [root, process.cwd()]) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(module)
    } catch {
      // The next one.
    }
  }
  return undefined
}

/** @param {import('./needs.mjs').Need[]} missing */
function namesOf(missing) {
  return `${missing.map((need) => need.name).join(', ')} ${missing.length > 1 ? 'are' : 'is'}`
}

/** @param {import('./needs.mjs').Need[]} missing */
function howToInstall(missing) {
  const packages = missing.map((need) => need.packages.find((name) => apt.candidate(name)) ?? need.packages[0] ?? '')
  const names = [...new Set(packages)]
  return apt.isHere()
    ? `Install and build again: ${apt.command(names)} && npx motioninocean build`
    : `Install what your system calls ${names.join(', ')}, and build again: npx motioninocean build`
}
