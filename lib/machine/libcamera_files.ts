import type { House } from './board.ts'
import type { Machine } from './machine.ts'

/** A libcamera that is installed. */
export interface InstalledLibcamera {
  /** E.g. `libcamera.so.0.7`. */
  readonly soname: string
  /** The folder that it lies in. */
  readonly folder: string
}

/** The libcameras where the dynamic linker looks on usual systems, newest first. */
export function installedLibcameras(machine: Machine): InstalledLibcamera[] {
  const own = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean)
  const usual = ['/usr/local/lib', '/usr/lib', '/usr/lib64'].flatMap((lib) => [
    ...machine.list(lib).map((name) => `${lib}/${name}`),
    lib,
  ])
  return [...own, ...usual]
    .flatMap((folder) =>
      machine
        .list(folder)
        .filter((name) => /^libcamera\.so\.\d+\.\d+$/.test(name))
        .map((soname) => ({ soname, folder })),
    )
    .toSorted((a, b) => b.soname.localeCompare(a.soname, 'en', { numeric: true }))
}

/** The package that libcamera came in, from dpkg's database, which images without dpkg have in status.d. */
export function libcameraPackage(machine: Machine): { version: string; house: House } | undefined {
  const folder = '/var/lib/dpkg/status.d'
  const texts = ['/var/lib/dpkg/status', ...machine.list(folder).map((name) => `${folder}/${name}`)]
  for (const paragraph of texts.flatMap((path) => (machine.read(path) ?? '').split(/\n\n+/))) {
    const version = /^Package: libcamera\d/m.test(paragraph) && /^Version: (.+)$/m.exec(paragraph)?.[1]
    if (version) return { version, house: version.includes('+rpt') ? 'Raspberry Pi' : 'Debian' }
  }
  return undefined
}

/** Where an image processing module of libcamera lies; undefined when it is not there. */
export function ipaModule(machine: Machine, name: string): string | undefined {
  const own = (process.env['LIBCAMERA_IPA_MODULE_PATH'] ?? '').split(':').filter(Boolean)
  // In a folder of its own since libcamera 0.5.
  const beside = installedLibcameras(machine).flatMap(({ folder }) => [
    `${folder}/libcamera/ipa`,
    `${folder}/libcamera`,
  ])
  return [...own, ...beside].map((folder) => `${folder}/${name}`).find((path) => machine.exists(path))
}
