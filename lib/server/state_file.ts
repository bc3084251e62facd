import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MioError } from '../camera/errors.ts'

/**
 * Writes a file so that there is always a whole one, the old or the new, even when the power is cut: a new file beside it
 * on the disk, then one rename, then the folder's entry on the disk (see rename(2) and fsync(2)).
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.new`
  // Not recursive: Node tries for ever where the kernel makes no folders, as in /proc.
  await mkdir(dirname(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
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

/**
 * Makes the folder if need be, and sees whether files can be written there.
 * @throws {MioError} `ERR_CONFIG`
 */
export async function assertWritable(folder: string): Promise<void> {
  const probe = join(folder, '.writable')
  try {
    await writeWhole(probe, '')
    await rm(probe)
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException
    throw new MioError('ERR_CONFIG', {
      asked: `MIO_STATE_DIR=${JSON.stringify(folder)}`,
      found: `this user cannot write there (${code})`,
      cause,
    })
  }
}
