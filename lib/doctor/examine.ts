import { checkBoard } from './checks/board.ts'
import { checkBusy } from './checks/busy.ts'
import { checkCameraIds } from './checks/camera_ids.ts'
import { checkCameras } from './checks/cameras.ts'
import { checkCma, type PictureSize } from './checks/cma.ts'
import { checkDevices } from './checks/devices.ts'
import { checkEncoder } from './checks/encoder.ts'
import { checkHeaps } from './checks/heaps.ts'
import { checkIpa } from './checks/ipa.ts'
import { checkLegacyStack } from './checks/legacy.ts'
import { checkLibcamera } from './checks/libcamera.ts'
import { checkMemoryCgroup } from './checks/memory_cgroup.ts'
import { checkUdev } from './checks/udev.ts'
import type { Finding } from './finding.ts'
import type { Host } from './host.ts'
import type { Probes } from './probes.ts'

/** What the service is to do, as far as it matters to the checks. */
export interface Intent {
  readonly size: PictureSize
  /** MIO_ENCODER. */
  readonly encoder: string
}

/** Every check, in the order of the way of a frame: what is missing first is what is to be mended first. */
export async function examine(host: Host, probes: Probes, { size, encoder }: Intent): Promise<Finding[]> {
  const libcamera = await probes.libcamera()
  return [
    ...checkBoard(host),
    ...checkLegacyStack(host),
    ...checkUdev(host),
    ...checkDevices(host),
    ...checkCameraIds(host),
    ...checkLibcamera(host, libcamera),
    ...checkIpa(host),
    ...checkCameras(host, libcamera),
    ...checkBusy(host),
    ...checkHeaps(host),
    ...checkCma(host, size),
    ...checkEncoder(host, await probes.encoders(size), encoder),
    ...checkMemoryCgroup(host),
  ]
}
