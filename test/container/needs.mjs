import { debianKeys } from '../../lib/setup/needs.mjs'

/** @typedef {import('../../lib/setup/needs.mjs').Need} Need */

/**
 * What an engine of our own needs of the system besides Debian's Docker packages.
 * @type {Need[]}
 */
export const forEngine = [
  { name: 'runc', anyCommand: ['runc'], packages: ['runc'] },
  { name: 'iptables', anyCommand: ['iptables'], packages: ['iptables'] },
  debianKeys,
]

/** @type {Need[]} */
export const forEmulation = [
  { name: 'qemu-user-static', anyCommand: ['qemu-aarch64-static'], packages: ['qemu-user-static'] },
]

/**
 * For base images where no registry can be reached.
 * @type {Need[]}
 */
export const forBaseImages = [
  { name: 'mmdebstrap', anyCommand: ['mmdebstrap'], packages: ['mmdebstrap'] },
  { name: 'arch-test', anyCommand: ['arch-test'], packages: ['arch-test'] },
  debianKeys,
]

/**
 * For the stand-in of Raspberry Pi's archive.
 * @type {Need[]}
 */
export const forArchive = [
  { name: 'apt-ftparchive', anyCommand: ['apt-ftparchive'], packages: ['apt-utils'] },
  { name: 'GnuPG', anyCommand: ['gpg'], packages: ['gnupg'] },
  debianKeys,
]
