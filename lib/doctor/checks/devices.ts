import { type ErrorCode, remedies } from '../../camera/errors.ts'
import type { Device } from '../../machine/devices.ts'
import { type Finding, missing, ok } from '../finding.ts'
import type { Host } from '../host.ts'
import { few } from '../words.ts'

/**
 * Whether the camera's devices can be opened. The errno tells what stands in the way: ENOENT the mapping into
 * the container, EPERM the container's device rules (https://docs.kernel.org/admin-guide/cgroup-v1/devices.html),
 * EACCES group and mode, ENXIO that no device is behind the node.
 */
export function checkDevices(host: Host): Finding[] {
  const cameras = host.devices.filter(({ use }) => use === 'camera')
  const tried = cameras.map((device) => ({ device, errno: host.machine.open(device.path) }))
  const findings = [...new Set(tried.map(({ errno }) => errno))].flatMap((errno) => {
    const alike = tried.filter((one) => one.errno === errno).map(({ device }) => device)
    return explain(host, errno, alike)
  })
  if (findings.length > 0 || cameras.length === 0) return findings
  return [ok('devices', `all ${cameras.length} that the camera needs can be opened`)]
}

function explain(host: Host, errno: string | undefined, devices: readonly Device[]): Finding[] {
  // Busy is not in the way: it is told by who holds it.
  if (errno === undefined || errno === 'EBUSY') return []
  const names = few(devices.map(({ path }) => path))
  const fault = (code: ErrorCode, found: string, remedy: string = remedies[code]): Finding[] => [
    missing('devices', code, `${names}: ${found} (${errno})`, remedy),
  ]
  if (errno === 'ENOENT') {
    return host.container
      ? fault('ERR_DEVICE_NOT_MAPPED', 'the kernel has it, the container does not')
      : fault('ERR_DEVICE_NOT_MAPPED', 'the kernel has it, /dev does not', 'Let udev make it: sudo udevadm trigger')
  }
  if (errno === 'EPERM') return fault('ERR_DEVICE_RULE', "the container's device rules forbid it")
  if (errno === 'EACCES') return fault('ERR_PERMISSION', whoMay(host, devices), groupRemedy(host, devices))
  if (errno === 'ENXIO' || errno === 'ENODEV') return fault('ERR_DEVICE_GONE', 'no device is behind the node')
  return fault('ERR_CAMERA', 'it cannot be opened')
}

function whoMay({ machine }: Host, devices: readonly Device[]): string {
  const { uid, groups } = machine.user
  const owners = devices.map(({ path }) => machine.owner(path)).filter((owner) => owner !== undefined)
  const wanted = [...new Set(owners.map(({ gid, mode }) => `group ${gid} (mode ${mode.toString(8)})`))].join(', ')
  return `it belongs to ${wanted || 'a group that cannot be seen'}, and user ${uid} has the groups ${groups.join(', ')}`
}

function groupRemedy({ machine, container }: Host, devices: readonly Device[]): string {
  const owners = devices.map(({ path }) => machine.owner(path)).filter((owner) => owner !== undefined)
  // Writing is a matter of the group only where its mode says so, and group 0 is for root alone.
  const helpful = owners.filter(({ gid, mode }) => gid !== 0 && (mode & 0o060) === 0o060).map(({ gid }) => gid)
  const groups = [...new Set(helpful)]
  if (groups.length < new Set(owners.map(({ gid }) => gid)).size)
    return 'Let a udev rule on the host give the devices to the group video with mode 0660'
  if (container) return `In the compose file: group_add: [${groups.map((gid) => `"${gid}"`).join(', ')}]`
  return `Add the user to it and log in again: sudo usermod -aG ${groups.map((gid) => nameOf(machine.read('/etc/group'), gid)).join(',')} "$USER"`
}

function nameOf(groupFile: string | undefined, gid: number): string {
  return new RegExp(`^([^:]+):[^:]*:${gid}:`, 'm').exec(groupFile ?? '')?.[1] ?? String(gid)
}
