// Node as the official image lays it out: npm's packages node-linux-<arch> hold the official builds.
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { run } from '../../../lib/setup/run.mjs'

/** @typedef {import('./base_images.mjs').Architecture} Architecture */

/** npm's name of an architecture, and OpenSSL's. */
const NAMES = { amd64: ['x64', 'linux-x86_64'], arm64: ['arm64', 'linux-aarch64'] }

/**
 * Makes `work/node-<architecture>.tar`.
 * @param {object} options
 * @param {string} options.cache
 * @param {string} options.work
 * @param {Architecture} options.architecture
 * @param {string} options.major
 * @param {(line: string) => void} options.onLine
 */
export async function nodeLayer({ cache, work, architecture, major, onLine }) {
  const [name = '', openssl = ''] = NAMES[architecture]
  const root = join(work, `node-${architecture}`)
  const local = join(root, 'usr/local')
  for (const folder of ['lib/node_modules/npm', 'bin', 'etc', 'share'])
    mkdirSync(join(local, folder), { recursive: true })
  mkdirSync(join(root, 'etc'))

  const node = await pack(cache, `node-linux-${name}@${major}`)
  const strip = ['--strip-components=1', '--no-same-owner']
  await run('tar', ['xzf', node, '-C', local, ...strip, 'package/bin', 'package/include', 'package/share'], { onLine })
  // Each package has the OpenSSL headers of all architectures; the official image has its own.
  const headers = join(local, 'include/node/openssl/archs')
  for (const other of readdirSync(headers).filter((folder) => folder !== openssl))
    rmSync(join(headers, other), { recursive: true })
  await run('tar', ['xzf', await pack(cache, 'npm@11'), '-C', join(local, 'lib/node_modules/npm'), ...strip], {
    onLine,
  })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'))
  symlinkSync('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'))
  symlinkSync('node', join(local, 'bin/nodejs'))

  await userNode(root, join(work, `rootfs-${architecture}.tar`))
  trustOwnAuthority(local)
  writeFileSync(join(local, 'bin/docker-entrypoint.sh'), entryPoint, { mode: 0o755 })
  await run('tar', ['cf', join(work, `node-${architecture}.tar`), '-C', root, '.'])
  rmSync(root, { recursive: true })
}

/**
 * The newest package of that range, from the cache or npm.
 * @param {string} cache
 * @param {string} spec
 */
async function pack(cache, spec) {
  const versions = JSON.parse(await run('npm', ['view', '--json', spec, 'version'], { cwd: cache }))
  const version = [versions]
    .flat()
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
  const name = spec.replace(/@[^@]*$/, '')
  const file = join(cache, `${name}-${version}.tgz`)
  if (!existsSync(file)) await run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: cache })
  return file
}

/**
 * User and group 1000, `node`.
 * @param {string} root
 * @param {string} rootfs
 */
async function userNode(root, rootfs) {
  const lines = { passwd: 'node:x:1000:1000::/home/node:/bin/bash', group: 'node:x:1000:' }
  for (const [name, line] of Object.entries(lines)) {
    const text = await run('tar', ['xOf', rootfs, `./etc/${name}`])
    writeFileSync(join(root, 'etc', name), `${text}${line}\n`)
  }
  mkdirSync(join(root, 'home/node'), { recursive: true, mode: 0o700 })
  chownSync(join(root, 'home/node'), 1000, 1000)
}

/**
 * Where npm is reached through an authority of the machine's own, builds must know it too. Only in this stand-in:
 * the image that is published is made from the official one.
 * @param {string} local
 */
function trustOwnAuthority(local) {
  const bundle = process.env.NODE_EXTRA_CA_CERTS
  if (!bundle) return
  copyFileSync(bundle, join(local, 'share/build-ca.crt'))
  writeFileSync(join(local, 'etc/npmrc'), 'cafile=/usr/local/share/build-ca.crt\n')
}

const entryPoint = `#!/bin/sh
set -e
# Runs node when the first argument is an option or no command of the system.
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi
exec "$@"
`
