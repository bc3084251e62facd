import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file so that there is always a whole one, the old or the new, even when the power is cut: a new file beside it
 * on the disk, then one rename, then the folder's entry on the disk (see rename(2) and fsync(2)).
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.new`
  await mkdir(dirname(path), { recursive: true })
  await onDisk(next, 'w', (file) => file.writeFile(text))
  await rename(next, path)
  await onDisk(dirname(path), 'r')
}

async function onDisk(
  path: string,
  flags: 'r' | 'w',
  write: (file: Awaited<ReturnType<typeof open>>) => Promise<void> = async () => {},
): Promise<void> {
  const file = await open(path, flags)
  try {
    await write(file)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The file's text; undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
