import { mkdirSync, rmSync } from 'node:fs'
import { fetchSysroot } from './debian_sysroot.mjs'
import { forBuild, forPrebuilds } from './needs.mjs'
import { npmPackages } from './npm_packages.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { machineOf, machines, toolPrefix } from './prebuild_settings.mjs'
import { run } from './run.mjs'
import { SetupError } from './setup_error.mjs'
import { stepIfChanged } from './stamp.mjs'
import { step } from './step.mjs'

/** What node-gyp would build for; the addon itself speaks Node-API 9 and runs on this and all newer ones. */
const OLDEST_NODE = '20.19.0'

/**
 * `npm run prebuilds`: what the package brings along, in prebuilds/linux-<arch>: the addon and a libcamera backend for
 * each soname. With arguments (`npm run prebuilds -- x64`) for these machines only.
 * @param {string[]} args
 * @throws {SetupError} when one of the libcameras cannot be had.
 */
export default async function prebuilds(args) {
  const wanted = args.length > 0 ? args : Object.keys(machines)
  const unknown = wanted.find((arch) => !machines[arch])
  if (unknown) throw new SetupError(`There are prebuilds for ${Object.keys(machines).join(' and ')}, not ${unknown}.`)
  await systemPackages([...forBuild, ...needsOf(wanted)])
  await npmPackages()
  const lacking = []
  for (const arch of wanted) lacking.push(...(await prebuild(arch)))
  if (lacking.length > 0) throw new SetupError(`Not all backends could be built. ${lacking.join(' ')}`)
}

/**
 * What it takes to build for these machines, besides what it takes to build for this one.
 * @param {string[]} wanted
 */
const needsOf = (wanted) =>
  forPrebuilds.filter((need) => need.header || wanted.some((arch) => need.anyCommand?.includes(compiler(arch))))

/**
 * The prebuild for one machine, for tests that run what the package brings along: with the backends that can be built.
 * @param {string} [arch]
 */
export async function ownPrebuild(arch = process.arch) {
  await systemPackages([...forBuild, ...needsOf([arch])])
  await stepIfChanged(
    {
      name: `prebuild-${arch}`,
      what: 'Prebuild',
      inputs: ['CMakeLists.txt', 'native', ...builders, 'node_modules/node-addon-api/package.json'],
      outputs: [`prebuilds/linux-${arch}/motioninocean.glibc.node`],
    },
    async () => {
      for (const reason of await prebuild(arch)) console.error(`  left out of the prebuild: ${reason}`)
    },
  )
}

const builders = ['build_native', 'debian_sysroot', 'prebuild_settings', 'prebuilds'].map(
  (name) => `lib/setup/${name}.mjs`,
)

/** @param {string} arch */
const compiler = (arch) => `${toolPrefix(arch)}g++`

/**
 * @param {string} arch Node's name.
 * @returns {Promise<string[]>} Why which backend is not in it.
 */
async function prebuild(arch) {
  const { debian } = machineOf(arch)
  const lacking = await step(`Debian's packages for linux-${arch}`, 'what prebuilds are built against', (onLine) =>
    fetchSysroot(debian, onLine),
  )
  // prebuildify takes what it finds in build/Release of this folder; that of the checkout is another build.
  const folder = inRoot('build/prebuild', arch)
  for (const old of [folder, inRoot('prebuilds', `linux-${arch}`)]) rmSync(old, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const options = {
    name: 'motioninocean',
    target: OLDEST_NODE,
    platform: 'linux',
    arch,
    cwd: folder,
    out: inRoot('.'),
    'strip-bin': `${toolPrefix(arch)}strip`,
    'node-gyp': inRoot('lib/setup/prebuild_builder.mjs'),
  }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  await step(`Prebuild for linux-${arch}`, 'addon and libcamera backends', (onLine) =>
    run(process.execPath, [inRoot('node_modules/prebuildify/bin.js'), '--strip', '--tag-libc', ...args], { onLine }),
  )
  return lacking
}
