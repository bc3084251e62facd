import { remedies } from '../../camera/errors.ts'
import { type Finding, missing, ok } from '../finding.ts'
import type { Host } from '../host.ts'

const database = '/run/udev/data'

/**
 * libcamera lists only what udev calls initialised, that is, what has an entry in udev's database:
 * https://git.libcamera.org/libcamera/libcamera.git/tree/src/libcamera/device_enumerator_udev.cpp
 */
export function checkUdev({ machine, container, devices, receivers }: Host): Finding[] {
  const remedy = container
    ? remedies.ERR_NO_UDEV
    : 'Start udev (systemd-udevd), without which libcamera finds no camera'
  if (!machine.exists(database)) {
    const found = machine.exists('/run/udev') ? '/run/udev is there, but empty' : 'there is no /run/udev'
    return [missing('udev', 'ERR_NO_UDEV', `${found}, so libcamera lists no camera`, remedy)]
  }
  const seen = new Set(receivers.map(({ path }) => path))
  const unknown = devices.filter(({ path, number }) => seen.has(path) && !machine.exists(`${database}/c${number}`))
  if (unknown.length > 0) {
    const paths = unknown.map(({ path }) => path).join(', ')
    const restart = 'Restart the container, or udev on the host: sudo udevadm trigger --subsystem-match=media'
    return [missing('udev', 'ERR_NO_UDEV', `udev's database has no entry of ${paths}`, restart)]
  }
  return [ok('udev', "udev's database can be read")]
}
