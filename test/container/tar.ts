import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface FileEntry {
  type: 'file' | 'folder' | 'link' | 'other'
  /** Permission bits with setuid, setgid and sticky. */
  mode: number
  size: number
}

const TYPES: Record<string, FileEntry['type']> = { '-': 'file', h: 'file', d: 'folder', l: 'link' }

/** All that a tar file holds, by path without a slash at the start. */
export async function listFiles(tar: string): Promise<Map<string, FileEntry>> {
  const { stdout } = await run('tar', ['--list', '--verbose', '--numeric-owner', '--file', tar], { maxBuffer: 1 << 28 })
  const files = new Map<string, FileEntry>()
  for (const line of stdout.trim().split('\n')) {
    const match = /^(.)(\S{9})\S*\s+\S+\s+(\d+|\d+,\d+)\s+\S+\s+\S+\s(.+?)( -> .*| link to .*)?$/.exec(line)
    if (!match) throw new Error(`what is this line of tar: ${line}`)
    const [, type = '', permissions = '', size = '', path = ''] = match
    files.set(path.replace(/^\.?\//, ''), {
      type: TYPES[type] ?? 'other',
      mode: modeOf(permissions),
      size: Number(size),
    })
  }
  return files
}

/** `rwsr-xr-x` → 0o4755 */
function modeOf(permissions: string): number {
  let mode = 0
  for (const [index, letter] of [...permissions].entries()) {
    if (letter !== '-' && letter !== 'S' && letter !== 'T') mode |= 1 << (8 - index)
    if (/[sStT]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(index / 3)]!
  }
  return mode
}

/** One file out of a tar file. */
export async function readTar(tar: string, path: string): Promise<Buffer> {
  const args = ['--extract', '--to-stdout', '--file', tar, path]
  const { stdout } = await run('tar', args, { encoding: 'buffer', maxBuffer: 1 << 30 })
  return stdout
}
