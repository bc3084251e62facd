import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join, relative } from 'node:path'

/** Who owns a device node, who may use it, and how /proc/locks names it. */
export interface NodeOwner {
  readonly uid: number
  readonly gid: number
  /** Permission bits, e.g. 0o660. */
  readonly mode: number
  /** File system and inode as in /proc/locks, e.g. `00:06:345`. */
  readonly inode: string
}

/** What is asked of devices themselves; all else is read from files. */
export interface DeviceProbe {
  /** Opens a device for reading and writing and closes it again: an errno name as `EACCES`, or undefined if it went well. */
  open(path: string): string | undefined
  /** Undefined when there is no such node. */
  owner(path: string): NodeOwner | undefined
  /** This process's user and all its groups. */
  readonly user: { readonly uid: number; readonly groups: readonly number[] }
}

/** A machine as far as cameras are concerned: the files below its root, and its devices. Nothing here changes it. */
export interface Machine extends DeviceProbe {
  /** A file's text without the zero bytes that the device tree ends its strings with; undefined when it cannot be read. */
  read(path: string): string | undefined
  /** The names in a folder, in order; none when it cannot be read. */
  list(folder: string): string[]
  exists(path: string): boolean
  /** Where a path leads through symbolic links; the path itself when it leads nowhere. */
  resolve(path: string): string
  /** What a symbolic link says; undefined when it is none. */
  link(path: string): string | undefined
}

/** @param root Where the machine's files lie: `/`, or a folder that holds those of another machine. */
export function machineAt(root: string, probe: DeviceProbe): Machine {
  const at = (path: string): string => join(root, path)
  return {
    open: (path) => probe.open(path),
    owner: (path) => probe.owner(path),
    user: probe.user,
    read: (path) => attempt(() => readFileSync(at(path), 'utf8').replaceAll('\0', '').trim()),
    list: (folder) =>
      (attempt(() => readdirSync(at(folder))) ?? []).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    exists: (path) => existsSync(at(path)),
    resolve: (path) => attempt(() => `/${relative(realpathSync(root), realpathSync(at(path)))}`) ?? path,
    link: (path) => attempt(() => readlinkSync(at(path))),
  }
}

/** The machine that this process runs on, as it sees it: in a container, what the container shows of it. */
export function thisMachine(): Machine {
  return machineAt('/', {
    open(path) {
      try {
        // Non-blocking: a device that another process holds must not keep the caller waiting.
        closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
        return undefined
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? 'EIO'
      }
    },
    owner(path) {
      const found = attempt(() => statSync(path))
      return found && { uid: found.uid, gid: found.gid, mode: found.mode & 0o777, inode: inodeOf(found) }
    },
    user: { uid: process.geteuid!(), groups: [...new Set([process.getegid!(), ...process.getgroups!()])] },
  })
}

/** The kernel's split of a device number: https://man7.org/linux/man-pages/man3/makedev.3.html */
function inodeOf({ dev, ino }: { dev: number; ino: number }): string {
  const hex = (value: number): string => value.toString(16).padStart(2, '0')
  return `${hex((dev >> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >> 12) & 0xfff00))}:${ino}`
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
