import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Distribution, type Family, installCommand, thisDistribution } from '../machine/distribution.ts'
import { installedLibcameras } from '../machine/libcamera_files.ts'
import { thisMachine } from '../machine/machine.ts'
import { packageRoot } from '../package.ts'

/** What can be done when the addon, or libcamera for it, cannot be had: with the commands of this very system. */

type Packages = Partial<Record<Family, readonly string[]>>

const toCompile: Packages = {
  debian: ['g++', 'cmake', 'ninja-build', 'pkg-config', 'libturbojpeg0-dev'],
  fedora: ['gcc-c++', 'cmake', 'ninja-build', 'pkgconf', 'turbojpeg-devel'],
  arch: ['gcc', 'cmake', 'ninja', 'pkgconf', 'libjpeg-turbo'],
  alpine: ['g++', 'cmake', 'ninja-build', 'pkgconf', 'libjpeg-turbo-dev'],
  suse: ['gcc-c++', 'cmake', 'ninja', 'pkgconf', 'libturbojpeg-devel'],
}

const headers: Packages = {
  debian: ['libcamera-dev', 'libcamera-ipa'],
  fedora: ['libcamera-devel', 'libcamera-ipa'],
  arch: ['libcamera', 'libcamera-ipa'],
  alpine: ['libcamera-dev', 'libcamera-raspberrypi'],
  suse: ['libcamera-devel'],
}

const turbojpeg: Packages = {
  debian: ['libturbojpeg0'],
  fedora: ['turbojpeg'],
  arch: ['libjpeg-turbo'],
  alpine: ['libjpeg-turbo'],
  suse: ['libturbojpeg0'],
}

/** Builds within the installed package; a checkout has a command of its own. */
export function buildCommand(root = packageRoot()): string {
  const isCheckout = existsSync(join(root, 'binding.gyp'))
  return isCheckout
    ? 'npm run build:native'
    : 'npm install --save-dev cmake-js node-addon-api && npx motioninocean build'
}

/** @param libc as node-gyp-build found it */
export function notBuiltHelp(libc: string | undefined, system: Distribution = thisDistribution()): string {
  const compile = inOrder(system, [toCompile], buildCommand())
  const musl = libc === 'musl' ? ' (the package brings builds for glibc only)' : ''
  return `Build it once${musl}: ${compile}`
}

/** @param words the dynamic linker's */
export function notLoadedHelp(words: string, system: Distribution = thisDistribution()): string {
  const library = /(lib[\w+-]+\.so[\w.]*): cannot open shared object/.exec(words)?.[1]
  if (library?.startsWith('libturbojpeg.')) {
    const command = installCommand(system, system.id === 'ubuntu' ? { debian: ['libturbojpeg'] } : turbojpeg)
    return command ? `Install the missing library: ${command}` : 'Install libjpeg-turbo, with its TurboJPEG library'
  }
  if (library) return `Install the package of ${system.name} that has ${library}`
  return `What is there does not fit this system, so build it here: ${inOrder(system, [toCompile], buildCommand())}`
}

/** @param installed sonames of the libcameras that are here */
export function noLibcameraHelp(
  installed: readonly string[] = installedSonames(),
  system: Distribution = thisDistribution(),
): string {
  const build = inOrder(system, [toCompile, headers], buildCommand())
  if (installed.length > 0) return `Build for the libcamera that is here, ${installed.join(' and ')}: ${build}`
  const runtime = runtimeOf(system)
  if (runtime) return `Install libcamera: ${installCommand(system, { debian: runtime })}`
  if (system.id === 'debian' && system.version < 13 && !system.isRaspberryPiOs)
    return `${system.name} has no libcamera 0.4 or newer: upgrade to Debian 13, or use the Docker image; the synthetic camera works everywhere`
  return `Install libcamera 0.4 or newer, and build for it: ${build}`
}

/** The libcamera of those systems that a prebuilt backend fits. */
function runtimeOf({ id, version, isRaspberryPiOs }: Distribution): string[] | undefined {
  // On 12 it is the modules that depend on the library, whichever that is by now.
  if (isRaspberryPiOs && version === 12) return ['libcamera-ipa']
  if (isRaspberryPiOs) return version > 12 ? ['libcamera0.7', 'libcamera-ipa'] : undefined
  if (id !== 'debian') return undefined
  if (version === 13) return ['libcamera0.4', 'libcamera-ipa']
  // Testing and unstable have no version.
  return version > 13 || Number.isNaN(version) ? ['libcamera0.7', 'libcamera-ipa'] : undefined
}

function inOrder(system: Distribution, packages: Packages[], last: string): string {
  const all: Packages = {}
  for (const one of packages)
    for (const [family, names] of Object.entries(one) as [Family, readonly string[]][])
      all[family] = [...(all[family] ?? []), ...names]
  const install = installCommand(system, all)
  return install ? `${install} && ${last}` : last
}

/** Of the libcameras that are here, newest first. */
export function installedSonames(): string[] {
  return [...new Set(installedLibcameras(thisMachine()).map(({ soname }) => soname))]
}
