import { join } from 'node:path'
import { sysroot } from './debian_sysroot.mjs'
import { inRoot } from './paths.mjs'

/**
 * @typedef {object} Machine
 * @property {'amd64' | 'arm64'} debian Debian's name of the architecture.
 * @property {string} processor CMake's.
 * @property {string} triplet GNU's, which its tools have as a prefix when they are not the machine's own.
 */

/** By Node's name. @type {Record<string, Machine>} */
export const machines = {
  x64: { debian: 'amd64', processor: 'x86_64', triplet: 'x86_64-linux-gnu' },
  arm64: { debian: 'arm64', processor: 'aarch64', triplet: 'aarch64-linux-gnu' },
}

/** @param {string} arch Node's name. */
export function machineOf(arch) {
  const machine = machines[arch]
  if (!machine) throw new TypeError(`there are no prebuilds for ${arch}`)
  return machine
}

/**
 * The prefix of the tools (compiler, strip) that make code for a machine; empty for this machine's own.
 * @param {string} arch Node's name.
 */
export const toolPrefix = (arch) => (arch === process.arch ? '' : `${machines[arch]?.triplet}-`)

/**
 * How a prebuild is built: against Debian's unpacked packages and nothing of this machine but its compiler, so that it
 * runs wherever that Debian's libc and libjpeg-turbo do, whatever libcamera is there.
 * @param {string} arch Node's name.
 */
export function prebuildSettings(arch) {
  const machine = machineOf(arch)
  const { turbojpeg, libcameras } = sysroot(machine.debian)
  const tools = toolPrefix(arch)
  const cross = [
    'CMAKE_SYSTEM_NAME=Linux',
    `CMAKE_SYSTEM_PROCESSOR=${machine.processor}`,
    `CMAKE_C_COMPILER=${tools}gcc`,
    `CMAKE_CXX_COMPILER=${tools}g++`,
  ]
  return {
    tree: inRoot('build/cmake', `prebuild-${arch}`),
    libcameras,
    settings: tools === '' ? [] : cross,
    env: { PKG_CONFIG_PATH: undefined, PKG_CONFIG_LIBDIR: join(turbojpeg, 'lib/pkgconfig') },
  }
}
