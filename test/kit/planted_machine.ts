import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Machine, machineAt } from '../../lib/machine/machine.ts'

/** A device node of a planted machine. */
export interface PlantedNode {
  /** By default the group video of Debian. */
  readonly gid?: number
  readonly mode?: number
  /** What opening it gives, for who has the right to by group and mode. */
  readonly error?: string
}

/** Another machine, as files, links and device nodes. */
export interface Plant {
  readonly files: Readonly<Record<string, string>>
  readonly links: Readonly<Record<string, string>>
  readonly nodes: Readonly<Record<string, PlantedNode>>
  readonly user: { readonly uid: number; readonly groups: readonly number[] }
}

const inode = (path: string): string =>
  `00:06:${[...path].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 100_000}`

/** How /proc/locks of a planted machine names a device. */
export const plantedInode = inode

/** Lays the machine's files into a folder of its own. Device nodes are files there, and opened in name only. */
export function plant({ files, links, nodes, user }: Plant): Machine & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'mio-machine-'))
  const place = (path: string): string => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    return join(root, path)
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(place(path), text)
  for (const [path, target] of Object.entries(links)) symlinkSync(target, place(path))
  for (const path of Object.keys(nodes)) writeFileSync(place(path), '')
  const owner = (path: string) => {
    const node = nodes[path]
    return node && { uid: 0, gid: node.gid ?? 44, mode: node.mode ?? 0o660, inode: inode(path) }
  }
  const machine = machineAt(root, {
    user,
    owner,
    open(path) {
      const found = owner(path)
      if (!found) return 'ENOENT'
      const bits = user.uid === 0 ? 7 : user.groups.includes(found.gid) ? found.mode >> 3 : found.mode
      return (bits & 6) === 6 ? nodes[path]?.error : 'EACCES'
    },
  })
  return { ...machine, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}
