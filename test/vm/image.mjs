// The virtual machine's image: built from Debian packages, kept in the cache under the digest of its recipe.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { forVirtualMachine } from '../../lib/setup/needs.mjs'
import { rootPrefix } from '../../lib/setup/apt.mjs'
import { mirror } from '../../lib/setup/debian.mjs'
import { systemPackages } from '../../lib/setup/packages.mjs'
import { cacheFolder, inRoot } from '../../lib/setup/paths.mjs'
import { run } from '../../lib/setup/run.mjs'
import { SetupError } from '../../lib/setup/setup_error.mjs'
import { step } from '../../lib/setup/step.mjs'

/** @typedef {import('./machine.mjs').Architecture} Architecture */

/** All that the image is made of. A newer kernel or libcamera in Debian's archive is not noticed, by design. */
const RECIPE = ['test/vm/image', 'test/vm/kernel', 'test/vm/guest/uvc_camera']

/**
 * Where the image is, or will be.
 * @param {Architecture} architecture
 */
function imageFolder(architecture) {
  const hash = createHash('sha256')
  for (const file of RECIPE.flatMap(filesIn))
    hash
      .update(`${file}\0`)
      .update(readFileSync(inRoot(file)))
      .update('\0')
  return join(cacheFolder, `vm-${architecture}-${hash.digest('hex').slice(0, 12)}`)
}

/**
 * Builds the image unless there is one.
 * @param {Architecture} architecture
 * @returns {Promise<string>} Its folder: vmlinuz, initrd.img, root.sqfs.
 */
export async function machineImage(architecture) {
  const folder = imageFolder(architecture)
  await systemPackages(forVirtualMachine(architecture))
  if (!existsSync(folder)) {
    await step(`Virtual machine (${architecture})`, 'no image of this recipe is here; takes minutes, once', (onLine) =>
      build(architecture, folder, onLine),
    )
  }
  return folder
}

/**
 * @param {Architecture} architecture
 * @param {string} folder
 * @param {(line: string) => void} onLine
 */
async function build(architecture, folder, onLine) {
  const root = rootPrefix()
  if (!root) throw new SetupError('Building the virtual machine needs root: chroot and mount. Start this as root once.')
  mkdirSync(cacheFolder, { recursive: true })
  const work = join(cacheFolder, `building-vm-${architecture}-${process.pid}`)
  const script = ['bash', inRoot('test/vm/image/build.sh'), architecture, work]
  const [command = '', ...args] = [...root, 'env', `MIRROR=${mirror()}`, ...script]
  try {
    await run(command, args, { onLine })
    for (const old of forgotten(architecture)) await remove(old, root)
    // In one move, so that an image that is there is always whole.
    renameSync(work, folder)
  } finally {
    await remove(work, root)
  }
}

/**
 * Images of other recipes that are a week old: another checkout may use a newer one.
 * @param {Architecture} architecture
 */
function forgotten(architecture) {
  const week = Date.now() - 7 * 86_400_000
  return readdirSync(cacheFolder)
    .filter((name) => name.startsWith(`vm-${architecture}-`))
    .map((name) => join(cacheFolder, name))
    .filter((folder) => statSync(folder).mtimeMs < week)
}

/**
 * @param {string} folder
 * @param {string[]} root
 */
async function remove(folder, root) {
  if (root.length === 0) return rmSync(folder, { recursive: true, force: true })
  const [sudo = '', ...args] = root
  await run(sudo, [...args, 'rm', '-rf', folder])
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesIn(folder) {
  return readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(inRoot(file)).isFile())
    .toSorted()
}
