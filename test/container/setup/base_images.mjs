// debian:<suite>-slim and node:<major>-<suite>-slim, for both architectures under one tag: pulled, or where no registry
// can be reached, made from Debian's and npm's packages, so that the Dockerfile builds unchanged.
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mirror } from '../../../lib/setup/debian.mjs'
import { systemPackages } from '../../../lib/setup/packages.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { ask, run } from '../../../lib/setup/run.mjs'
import { step } from '../../../lib/setup/step.mjs'
import { forBaseImages } from '../needs.mjs'
import { nodeLayer } from './node_layer.mjs'

/** @typedef {'amd64' | 'arm64'} Architecture */

/** @type {Architecture[]} */
const ARCHITECTURES = ['amd64', 'arm64']
const platforms = ARCHITECTURES.map((architecture) => `linux/${architecture}`)

/**
 * @param {object} versions
 * @param {string} versions.suite
 * @param {string} versions.node Its major version.
 */
export async function baseImages({ suite, node }) {
  const images = [`debian:${suite}-slim`, `node:${node}-${suite}-slim`]
  if (images.every(isHere)) return
  if (images.every(pull)) return
  await systemPackages(forBaseImages)
  const cache = join(cacheFolder, 'base-images')
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'making-'))
  try {
    for (const architecture of ARCHITECTURES) {
      const what = `Base image debian:${suite}-slim for ${architecture}`
      const rootfs = await step(what, 'no registry can be reached', (onLine) =>
        rootFileSystem(cache, suite, architecture, onLine),
      )
      linkSync(rootfs, join(work, `rootfs-${architecture}.tar`))
    }
    await step(`Base image ${images[1]}`, 'no registry can be reached', async (onLine) => {
      for (const architecture of ARCHITECTURES) await nodeLayer({ cache, work, architecture, major: node, onLine })
      debianSettings(join(work, 'settings'), suite)
      await build(work, images[0] ?? '', debianDockerfile, onLine)
      await build(work, images[1] ?? '', nodeDockerfile(suite), onLine)
    })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** @param {string} image */
const isHere = (image) =>
  platforms.every((platform) => ask('docker', ['image', 'inspect', '--platform', platform, image]) !== undefined)

/** @param {string} image */
const pull = (image) =>
  platforms.every((platform) => ask('docker', ['pull', '--quiet', '--platform', platform, image]) !== undefined)

/** Whatever a maintainer script takes for its root: of this machine nothing but the folder $1 can be written to. */
const onlyHere = 'mount --bind "$1" "$1"; mount -o remount,bind,ro /; shift; exec "$@"'

/**
 * Trimmed like the official slim images: no manual pages, no documents but copyrights, no locales.
 * @param {string} cache
 * @param {string} suite
 * @param {Architecture} architecture
 * @param {(line: string) => void} onLine
 */
async function rootFileSystem(cache, suite, architecture, onLine) {
  const tar = join(cache, `${suite}-${architecture}.tar`)
  if (ask('test', ['-s', tar]) !== undefined) return tar
  const left = ['doc/*', 'man/*', 'info/*', 'locale/*', 'groff/*', 'lintian/*']
  const options = [
    ...left.map((path) => `path-exclude=/usr/share/${path}`),
    'path-include=/usr/share/doc/*/copyright',
  ].map((option) => `--dpkgopt=${option}`)
  const part = `${tar}.part`
  const isForeign = architecture !== ask('dpkg', ['--print-architecture'])
  // From Debian 13 on none of its packages' scripts needs a chroot.
  const withoutChroot = isForeign && suite !== 'bookworm'
  await run(
    'unshare',
    [
      '--mount',
      'sh',
      '-ec',
      onlyHere,
      'sh',
      cache,
      'mmdebstrap',
      // Under emulation they take four minutes: https://wiki.debian.org/Teams/Dpkg/Spec/InstallBootstrap
      ...(withoutChroot ? ['--mode=chrootless'] : []),
      '--format=tar',
      '--variant=minbase',
      `--architectures=${architecture}`,
      '--include=netbase,tzdata',
      '--aptopt=Acquire::Languages "none"',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      ...options,
      // Without a chroot, dpkg does not look at those options.
      `--customize-hook=find "$1/usr/share/doc" -type f ! -name copyright -delete; cd "$1/usr/share"; rm -rf ${left.filter((path) => path !== 'doc/*').join(' ')}`,
      '--customize-hook=rm -f "$1/etc/apt/sources.list" "$1/etc/apt/apt.conf.d/99mmdebstrap"',
      suite,
      part,
      mirror(),
    ],
    { onLine, env: { TMPDIR: cache } },
  )
  await run('mv', [part, tar])
  return tar
}

/**
 * What the official image keeps in /etc/apt, and its refusal to start services. Without it a size would be a lie.
 * @param {string} folder
 * @param {string} suite
 */
function debianSettings(folder, suite) {
  for (const path of ['etc/apt/apt.conf.d', 'etc/apt/sources.list.d', 'usr/sbin'])
    mkdirSync(join(folder, path), { recursive: true })
  const remove =
    'rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true'
  writeFileSync(
    join(folder, 'etc/apt/apt.conf.d/docker-clean'),
    `DPkg::Post-Invoke { "${remove}"; };
APT::Update::Post-Invoke { "${remove}"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::GzipIndexes "true";
Acquire::Languages "none";
Apt::AutoRemove::SuggestsImportant "false";
`,
  )
  // A mirror that is a snapshot may serve a Release file past its date.
  writeFileSync(join(folder, 'etc/apt/apt.conf.d/stand-in'), 'Acquire::Check-Valid-Until "false";\n')
  const stanza = (/** @type {string} */ uri, /** @type {string} */ suites) =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n`
  const debian = mirror().replace(/\/$/, '')
  writeFileSync(
    join(folder, 'etc/apt/sources.list.d/debian.sources'),
    `${stanza(debian, `${suite} ${suite}-updates`)}\n${stanza(`${debian}-security`, `${suite}-security`)}`,
  )
  writeFileSync(join(folder, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 })
}

/**
 * Options of `docker build` for an image that never leaves this machine: to compress it would only take time.
 * @param {string} tag
 */
export const uncompressed = (tag) => ['--output', `type=image,name=docker.io/library/${tag},compression=uncompressed`]

const debianDockerfile = `FROM scratch
ARG TARGETARCH
ADD rootfs-\${TARGETARCH}.tar /
COPY settings /
CMD ["bash"]
`

/** @param {string} suite */
const nodeDockerfile = (suite) => `FROM debian:${suite}-slim
ARG TARGETARCH
ADD node-\${TARGETARCH}.tar /
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["node"]
`

/**
 * @param {string} context
 * @param {string} tag
 * @param {string} dockerfile
 * @param {(line: string) => void} onLine
 */
async function build(context, tag, dockerfile, onLine) {
  const file = join(context, 'Dockerfile')
  writeFileSync(file, dockerfile)
  const args = ['--provenance=false', '--platform', platforms.join(','), ...uncompressed(tag), '-f', file, context]
  await run('docker', ['build', ...args], { onLine })
}
