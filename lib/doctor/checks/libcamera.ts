import { MioError, remedies } from '../../camera/errors.ts'
import type { House } from '../../machine/board.ts'
import { installedLibcameras, libcameraPackage } from '../../machine/libcamera_files.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import { type Host, pipelineOf } from '../host.ts'
import type { Libcamera } from '../probes.ts'

/** Whether the addon has a backend for the libcamera that is installed, and whether that fits the kernel. */
export function checkLibcamera(host: Host, libcamera: Libcamera | MioError): Finding[] {
  if (libcamera instanceof MioError) {
    const installed = installedLibcameras(host.machine).map(({ soname, folder }) => `${folder}/${soname}`)
    const found = `${libcamera.found}; installed: ${installed.join(', ') || 'none that is in a usual place'}`
    return [missing('libcamera', libcamera.code, found, libcamera.remedy)]
  }
  const mismatch = checkHouses(host, libcamera)
  if (mismatch.length > 0) return mismatch
  const { version, builtFor } = libcamera
  const found = `${version}, with a backend built for ${builtFor}`
  if (minor(version) === minor(builtFor)) return [ok('libcamera', found)]
  return [warning('libcamera', found, 'Build the backend again for the libcamera in use: npm run build:native')]
}

/**
 * The Pi 5's camera driver has two forms, in Raspberry Pi's kernels and in mainline, which name the parts of
 * the front end differently; each libcamera looks for its own house's names.
 */
export function checkHouses(host: Host, libcamera: Pick<Libcamera, 'cameras'>): Finding[] {
  const bought = libcameraPackage(host.machine)
  // What works needs no theory.
  if (pipelineOf(host) !== 'pisp' || !bought || libcamera.cameras.length > 0) return []
  const kernel = houseOfDriver(host) ?? host.board.kernel.house
  if ((bought.house === 'Raspberry Pi') === (kernel === 'Raspberry Pi')) return []
  const found = `libcamera ${bought.version} is ${bought.house}'s and the kernel's camera driver is ${kernel === 'Raspberry Pi' ? "Raspberry Pi's" : "mainline's"}`
  return [missing('libcamera', 'ERR_LIBCAMERA_MISMATCH', found, remedies.ERR_LIBCAMERA_MISMATCH)]
}

function houseOfDriver({ devices }: Host): House | undefined {
  if (devices.some(({ name }) => name === 'rp1-cfe-fe_image0')) return 'Raspberry Pi'
  return devices.some(({ name }) => name === 'rp1-cfe-fe-image0') ? 'another source' : undefined
}

/** `v0.7.1+rpt20260429` → `0.7` */
function minor(version: string): string {
  return /\d+\.\d+/.exec(version)?.[0] ?? version
}
