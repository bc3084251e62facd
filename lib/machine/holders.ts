import type { Machine } from './machine.ts'

/** A process that uses a device. */
export interface Holder {
  readonly pid: number
  /** The program's name, e.g. `rpicam-vid`. */
  readonly name: string
  readonly device: string
  /** It has the camera for itself: libcamera locks the media device of a camera that is acquired. */
  readonly locked: boolean
  /** Whether it is this service, or this very process. */
  readonly ours: boolean
}

/**
 * The processes that have one of these devices open, one entry for each, those with a lock first. Only those
 * can be seen that share this process's view: of another user's processes the kernel tells root alone, and
 * of those outside a container nothing.
 */
export function holdersOf(machine: Machine, devices: readonly string[]): Holder[] {
  const lockers = lockersOf(machine, devices)
  return machine
    .list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name)
      const open = new Set(machine.list(`/proc/${name}/fd`).map((fd) => machine.link(`/proc/${name}/fd/${fd}`)))
      const device = lockers.get(pid) ?? devices.find((path) => open.has(path))
      if (device === undefined) return []
      const command = machine.read(`/proc/${name}/cmdline`) ?? ''
      const ours = pid === process.pid || /motioninocean|dist\/cli\/main\.js/.test(command)
      return [{ pid, name: machine.read(`/proc/${name}/comm`) ?? 'unknown', device, locked: lockers.has(pid), ours }]
    })
    .toSorted((a, b) => Number(b.locked) - Number(a.locked))
}

/** Process ids and the device each has locked: `1: POSIX  ADVISORY  WRITE 812 00:06:345 0 EOF`. */
function lockersOf(machine: Machine, devices: readonly string[]): Map<number, string> {
  const byInode = new Map(devices.map((path) => [machine.owner(path)?.inode, path]))
  const lockers = new Map<number, string>()
  for (const [, pid, inode] of (machine.read('/proc/locks') ?? '').matchAll(/ WRITE (\d+) (\S+) /g)) {
    const device = byInode.get(inode)
    if (device !== undefined) lockers.set(Number(pid), device)
  }
  return lockers
}
