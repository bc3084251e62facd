// A virtual machine that runs one command and ends. Always software emulation, and its clock counts instructions: it is
// the same machine on every host, and a busy host looks like a slow clock, not like a device that hangs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SetupError } from '../../lib/setup/setup_error.mjs'

/** @typedef {'amd64' | 'arm64'} Architecture */

const machines = {
  // Newer instructions than Nehalem's are slow to emulate.
  amd64: { qemu: 'qemu-system-x86_64', options: '-M q35 -cpu Nehalem', console: 'ttyS0' },
  arm64: {
    qemu: 'qemu-system-aarch64',
    options: '-M virt,gic-version=3 -cpu cortex-a72',
    console: 'ttyAMA0',
  },
}

/**
 * Boots, runs the app's command to its end, and powers off.
 * @param {object} options
 * @param {Architecture} options.architecture
 * @param {string} options.image The folder with vmlinuz, initrd.img and root.sqfs.
 * @param {string} options.app A squashfs with a file `command` for bash and a file `modules` for modprobe.
 * @param {number} options.limit Seconds.
 * @param {(text: string) => void} options.onOut What the command writes to its standard output, as it comes.
 * @param {(text: string) => void} options.onErr
 * @returns {Promise<number>} The command's exit status.
 * @throws {SetupError} with the console's end, when the machine died or the limit has passed.
 */
export async function runInMachine({ architecture, image, app, limit, onOut, onErr }) {
  const folder = mkdtempSync(join(tmpdir(), 'motioninocean-vm-'))
  const { qemu, options, console: tty } = machines[architecture]
  let status = ''
  /** @type {[name: string, listener: (text: string) => void][]} */
  const ports = [
    ['out', onOut],
    ['err', onErr],
    ['status', (text) => (status += text)],
  ]
  const servers = await Promise.all(ports.map(([name, listener]) => listen(join(folder, name), listener)))
  const words = (/** @type {string} */ text) => text.split(' ')
  const drive = (/** @type {string} */ file) => ['-drive', `file=${file},if=virtio,format=raw,readonly=on`]
  const port = (/** @type {string} */ name) => {
    const device = words(`-device virtserialport,chardev=${name},name=${name}`)
    return ['-chardev', `socket,id=${name},path=${folder}/${name}`, ...device]
  }
  const args = [
    ...words(options),
    ...words(
      '-accel tcg,thread=single -icount shift=1 -smp 2 -m 1536 -nodefaults -no-user-config -display none -no-reboot',
    ),
    ...words('-device virtio-rng-pci -device virtio-serial-pci'),
    ...ports.flatMap(([name]) => port(name)),
    ...drive(join(image, 'root.sqfs')),
    ...drive(app),
  ]
  args.push('-kernel', join(image, 'vmlinuz'), '-initrd', join(image, 'initrd.img'))
  args.push('-append', `console=${tty} loglevel=4 panic=-1 mitigations=off`, '-serial', `file:${folder}/console`)
  try {
    // Whatever ends this process ends the machine.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', qemu, ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), limit * 1000)
    const [code, signal] = await once(child, 'close')
    clearTimeout(timer)
    if (status.endsWith('\n')) return Number(status)
    const why = signal ? `it did not end within ${limit} s` : `QEMU ended with ${code}`
    const log = join(folder, 'console')
    const end = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(-30).join('\n') : '(nothing)'
    throw new SetupError(`The virtual machine gave no status: ${why}. The end of its console:\n${end}`)
  } finally {
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} path
 * @param {(text: string) => void} listener
 */
async function listen(path, listener) {
  const server = net.createServer((socket) => {
    socket.setEncoding('utf8').on('data', (text) => listener(String(text)))
    socket.on('error', () => {})
  })
  server.listen(path)
  await once(server, 'listening')
  return server
}
