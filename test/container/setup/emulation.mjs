// arm64 programs, and so arm64 containers, on a machine of another architecture.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPackages } from '../../../lib/setup/packages.mjs'
import { run } from '../../../lib/setup/run.mjs'
import { SetupError } from '../../../lib/setup/setup_error.mjs'
import { forEmulation } from '../needs.mjs'

const MISC = '/proc/sys/fs/binfmt_misc'
const FORMATS = '/usr/lib/binfmt.d'

/**
 * Registers qemu with the kernel, as the package's own maintainer script does where systemd runs. The F flag in its
 * description makes it work inside containers.
 */
export async function emulateArm64() {
  if (process.arch === 'arm64' || isRegistered()) return
  await systemPackages(forEmulation)
  if (isRegistered()) return
  if (!existsSync(join(MISC, 'register'))) await run('mount', ['-t', 'binfmt_misc', 'binfmt_misc', MISC])
  if (isRegistered()) return
  const file = existsSync(FORMATS) && readdirSync(FORMATS).find((name) => name.includes('qemu-aarch64.'))
  if (!file) throw new SetupError(`qemu-user-static brought no description of arm64 programs to ${FORMATS}.`)
  const text = readFileSync(join(FORMATS, file), 'utf8')
  writeFileSync(join(MISC, 'register'), text.replaceAll(/^#.*$/gm, '').trim())
}

const isRegistered = () => existsSync(join(MISC, 'qemu-aarch64'))
