// A stand-in for Raspberry Pi's apt archive, which can be reached from few test machines: Debian's libcamera under a
// "+rpt" version, signed with a throw-away key that its own keyring package brings, served on this machine. The
// Dockerfile's branch for the archive runs against it unchanged.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { aptFor } from '../../../lib/setup/debian.mjs'
import { systemPackages } from '../../../lib/setup/packages.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { run } from '../../../lib/setup/run.mjs'
import { step } from '../../../lib/setup/step.mjs'
import { forArchive } from '../needs.mjs'

/** As Raspberry Pi marks its builds. */
const VERSION = '0.7.1+rpt20260429-1'
const PACKAGES = ['libcamera-dev', 'libcamera0.7', 'libcamera-ipa']
const KEYRING = 'pool/main/r/raspberrypi-archive-keyring/raspberrypi-archive-keyring_2025.1+rpt1_all.deb'

/**
 * @typedef {object} Archive
 * @property {string} url In place of http://archive.raspberrypi.com/debian.
 * @property {string} keyringSha256
 * @property {string} version Of its libcamera.
 * @property {() => void} close
 */

/**
 * Made once and kept in the cache: with other packages or another port the image would be built anew.
 * @param {string} suite
 * @param {string} architecture
 * @returns {Promise<Archive>}
 */
export async function raspberryPiArchive(suite, architecture) {
  const folder = join(cacheFolder, `raspberrypi-archive-${suite}-${architecture}`)
  if (!existsSync(folder)) {
    await systemPackages(forArchive)
    await step("Stand-in for Raspberry Pi's archive", 'not made yet', async (onLine) => {
      mkdirSync(cacheFolder, { recursive: true })
      const work = mkdtempSync(join(cacheFolder, 'archive-'))
      try {
        renameSync(await make({ work, suite, architecture, onLine }), folder)
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
    })
  }
  const server = createServer((request, response) => {
    const file = join(folder, decodeURIComponent(request.url ?? ''))
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) response.writeHead(404).end()
    else createReadStream(file).pipe(response)
  })
  const port = await listen(server, join(folder, 'port'))
  return {
    url: `http://127.0.0.1:${port}/debian`,
    keyringSha256: createHash('sha256')
      .update(readFileSync(join(folder, 'debian', KEYRING)))
      .digest('hex'),
    version: VERSION,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/**
 * On the port of last time, if it is free.
 * @param {import('node:http').Server} server
 * @param {string} file
 */
async function listen(server, file) {
  const last = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  try {
    await once(server.listen(last, '127.0.0.1'), 'listening')
  } catch {
    await once(server.listen(0, '127.0.0.1'), 'listening')
  }
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  writeFileSync(file, String(port))
  return port
}

/**
 * @param {{ work: string, suite: string, architecture: string, onLine: (line: string) => void }} options
 */
async function make({ work, suite, architecture, onLine }) {
  const out = join(work, 'out')
  const root = join(out, 'debian')
  const keys = join(work, 'gnupg')
  mkdirSync(keys, { mode: 0o700 })
  const gpg = (/** @type {string[]} */ ...args) => run('gpg', ['--homedir', keys, '--batch', ...args], { onLine })
  await gpg('--passphrase', '', '--quick-gen-key', 'Stand-in <nobody@example.invalid>', 'rsa3072', 'sign', 'never')
  await renamedPackages({ work, pool: join(root, 'pool'), suite, architecture, onLine })
  await keyringPackage(work, join(root, KEYRING), gpg)
  await index({ root, suite, architecture, onLine })
  const release = join(root, 'dists', suite)
  await gpg('--clearsign', '--digest-algo', 'SHA512', '-o', join(release, 'InRelease'), join(release, 'Release'))
  return out
}

/**
 * Debian's packages, each as if Raspberry Pi had built it.
 * @param {{ work: string, pool: string, suite: string, architecture: string, onLine: (line: string) => void }} options
 */
async function renamedPackages({ work, pool, suite, architecture, onLine }) {
  mkdirSync(pool, { recursive: true })
  const folder = join(work, 'debs')
  const apt = await aptFor({ kind: 'deb', suite: `${suite}-backports`, architecture, folder, onLine })
  await apt(['download', ...PACKAGES])
  for (const deb of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    const tree = join(work, 'tree')
    await run('dpkg-deb', ['--raw-extract', join(folder, deb), tree])
    const control = join(tree, 'DEBIAN/control')
    const text = readFileSync(control, 'utf8')
    const version = /^Version: (.+)$/m.exec(text)?.[1] ?? ''
    writeFileSync(control, text.replaceAll(version, VERSION))
    await run('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, pool])
    rmSync(tree, { recursive: true })
  }
}

/**
 * @param {string} work
 * @param {string} file
 * @param {(...args: string[]) => Promise<string>} gpg
 */
async function keyringPackage(work, file, gpg) {
  const tree = join(work, 'keyring')
  for (const path of [join(tree, 'DEBIAN'), join(tree, 'usr/share/keyrings'), dirname(file)])
    mkdirSync(path, { recursive: true })
  await gpg('--export', '--output', join(tree, 'usr/share/keyrings/raspberrypi-archive-keyring.pgp'))
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    `Package: raspberrypi-archive-keyring
Version: 2025.1+rpt1
Architecture: all
Maintainer: nobody <nobody@example.invalid>
Description: stand-in
`,
  )
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, file])
}

/**
 * @param {{ root: string, suite: string, architecture: string, onLine: (line: string) => void }} options
 */
async function index({ root, suite, architecture, onLine }) {
  const folder = join(root, 'dists', suite, 'main', `binary-${architecture}`)
  mkdirSync(folder, { recursive: true })
  const list = await run('apt-ftparchive', ['--arch', architecture, 'packages', 'pool'], { cwd: root })
  writeFileSync(join(folder, 'Packages'), list)
  const facts = { Origin: 'Raspberry Pi Foundation', Codename: suite, Architectures: architecture, Components: 'main' }
  const options = Object.entries(facts).flatMap(([name, value]) => ['-o', `APT::FTPArchive::Release::${name}=${value}`])
  const release = await run('apt-ftparchive', [...options, 'release', `dists/${suite}`], { cwd: root, onLine })
  writeFileSync(join(root, 'dists', suite, 'Release'), release)
}
