import type { ErrorCode } from '../camera/errors.ts'
import { checkBusy } from './checks/busy.ts'
import { checkCma, type PictureSize } from './checks/cma.ts'
import { checkDevices } from './checks/devices.ts'
import { checkHeaps } from './checks/heaps.ts'
import { checkIpa } from './checks/ipa.ts'
import { checkLegacyStack } from './checks/legacy.ts'
import { checkHouses } from './checks/libcamera.ts'
import { checkUdev } from './checks/udev.ts'
import type { Finding, Missing } from './finding.ts'
import type { Host } from './host.ts'

/**
 * What really stands in the way when libcamera only says that there is no camera, no memory, or that it is
 * busy; undefined when nothing of this machine does.
 * @param code of the error as it came
 */
export function hurdleBehind(code: ErrorCode, host: Host, size: PictureSize): Missing | undefined {
  return findingsFor(code, host, size).find((finding) => finding.status === 'missing')
}

function findingsFor(code: ErrorCode, host: Host, size: PictureSize): Finding[] {
  if (code === 'ERR_CAMERA_BUSY') return checkBusy(host)
  if (code === 'ERR_NO_BUFFERS') return [...checkHeaps(host), ...checkCma(host, size)]
  const vague = code === 'ERR_NO_CAMERA' || code === 'ERR_PERMISSION'
  // Where the kernel has no camera, nothing stands in its way.
  if (!vague || host.devices.length === 0) return []
  return [
    ...checkLegacyStack(host),
    ...checkUdev(host),
    ...checkDevices(host),
    ...checkHouses(host, { cameras: [] }),
    ...checkIpa(host),
    ...checkHeaps(host),
  ]
}
