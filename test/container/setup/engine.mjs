// The Docker engine that the container tests run on: the machine's own, else Debian's packages unpacked in the
// cache and started from there, so that nothing of the machine changes.
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemPackages } from '../../../lib/setup/packages.mjs'
import { cacheFolder } from '../../../lib/setup/paths.mjs'
import { ask } from '../../../lib/setup/run.mjs'
import { SetupError } from '../../../lib/setup/setup_error.mjs'
import { step } from '../../../lib/setup/step.mjs'
import { forEngine } from '../needs.mjs'
import { unpackEngine } from './engine_packages.mjs'

const folder = join(cacheFolder, 'engine')
const PROBE = 'motioninocean:probe'
const inFolder = (/** @type {string} */ name) => join(folder, name)

/**
 * Sees to it that `docker` works in this process and its children, and reaches an engine that can hold an image for
 * two architectures under one tag.
 * @returns {Promise<() => Promise<void>>} Ends the engine, if it was started here.
 * @throws {SetupError} when there is no engine and none can be started.
 */
export async function startEngine() {
  if (answers() && canBuild()) return async () => {}
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new SetupError(
      'No Docker engine (28 or newer, with buildx, compose and the containerd image store) answers, and only root can ' +
        'start one: start it (https://docs.docker.com/engine/install/), or run this as root, and try again.',
    )
  }
  await systemPackages(forEngine)
  const packages = await unpackEngine()
  useOwn(packages)
  if (answers()) return async () => {}
  return step('Docker engine', 'none is running', async () => {
    const stop = await start()
    const refusal = refusedContainer(packages)
    if (refusal === undefined) return stop
    await stop()
    throw new SetupError(`The Docker engine starts here, but may start no container: ${refusal}`)
  })
}

const answers = () => ask('docker', ['version', '--format', '{{.Server.Version}}']) !== undefined

/** Whether it has the plug-ins, keeps several architectures under one tag and tells them apart (Docker 28). */
function canBuild() {
  const driver = ask('docker', ['info', '--format', '{{json .DriverStatus}}']) ?? ''
  return (
    ask('docker', ['image', 'inspect', '--help'])?.includes('--platform') &&
    ask('docker', ['compose', 'version']) !== undefined &&
    ask('docker', ['buildx', 'version']) !== undefined &&
    driver.includes('io.containerd.snapshotter')
  )
}

/** @param {string} packages Where Debian's packages were unpacked. */
function useOwn(packages) {
  const bins = ['usr/sbin', 'usr/bin'].map((bin) => join(packages, bin))
  process.env.PATH = [...bins, process.env.PATH].join(':')
  process.env.DOCKER_HOST = `unix://${inFolder('docker.sock')}`
  process.env.DOCKER_CONFIG = inFolder('client')
  mkdirSync(inFolder('client'), { recursive: true })
  const plugins = { cliPluginsExtraDirs: [join(packages, 'usr/libexec/docker/cli-plugins')] }
  writeFileSync(inFolder('client/config.json'), JSON.stringify(plugins))
}

async function start() {
  mkdirSync(folder, { recursive: true })
  writeFileSync(inFolder('daemon.json'), JSON.stringify({ features: { 'containerd-snapshotter': true } }))
  const log = openSync(inFolder('log'), 'w')
  // A container may not raise its limits on a machine where root lacks CAP_SYS_RESOURCE.
  const files = /Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? '20000'
  const options = Object.entries({
    'config-file': inFolder('daemon.json'),
    'data-root': inFolder('data'),
    'exec-root': inFolder('run'),
    pidfile: inFolder('dockerd.pid'),
    host: `unix://${inFolder('docker.sock')}`,
    'default-ulimit': `nofile=${files}:${files}`,
  }).map(([name, value]) => `--${name}=${value}`)
  const engine = spawn('dockerd', options, { detached: true, stdio: ['ignore', log, log] })
  const ended = new Promise((resolve) => {
    engine.once('exit', resolve)
    engine.once('error', resolve)
  })
  const deadline = Date.now() + 120_000
  while (!answers()) {
    if (engine.exitCode !== null || engine.signalCode !== null || Date.now() > deadline) {
      engine.kill()
      const last = readFileSync(inFolder('log'), 'utf8').trim().split('\n').slice(-5).join('\n')
      throw new SetupError(`The Docker engine did not start; ${inFolder('log')} ends with:\n${last}`)
    }
    await delay(200)
  }
  return async () => {
    tidyUp()
    if (existsSync(inFolder('dockerd.pid'))) engine.kill('SIGTERM')
    await ended
  }
}

/**
 * Why the engine cannot run a container: mounts, cgroups and networks need more rights than its sockets.
 * @param {string} packages
 */
function refusedContainer(packages) {
  const context = mkdtempSync(join(folder, 'probe-'))
  try {
    copyFileSync(join(packages, 'usr/bin/tini-static'), join(context, 'tini'))
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY tini /\nCMD ["/tini", "--version"]\n')
    for (const args of [
      ['build', '--quiet', '--tag', PROBE, context],
      ['run', '--rm', PROBE],
    ]) {
      const { status, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 })
      if (status !== 0) return stderr.trim().split('\n').at(-1) || `no answer to docker ${args[0]}`
    }
    return undefined
  } finally {
    rmSync(context, { recursive: true })
  }
}

/** What this run and the next ones have no use for: images without a name, and layers beyond those of a few builds. */
function tidyUp() {
  ask('docker', ['image', 'prune', '--force'])
  // The one name of this option that all engines here know.
  ask('docker', ['builder', 'prune', '--force', '--keep-storage', '4GB'])
}
