import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ask, run } from './run.mjs'
import { SetupError } from './setup_error.mjs'
import { step } from './step.mjs'

const LISTS = '/var/lib/apt/lists'
const DAY_MS = 86_400_000

export const isHere = () => existsSync('/usr/bin/apt-get')

/** How a command gets root's rights; undefined when it does not, without a password. */
export function rootPrefix() {
  if (process.getuid?.() === 0) return []
  return ask('sudo', ['-n', 'true']) === undefined ? undefined : ['sudo', '-n', '--']
}

export const mayInstall = () => rootPrefix() !== undefined

/**
 * The version that apt would install; undefined when it knows none.
 * @param {string} name
 */
export function candidate(name) {
  const version = /Candidate: (\S+)/.exec(ask('apt-cache', ['policy', name]) ?? '')?.[1]
  return version === '(none)' ? undefined : version
}

/**
 * Fetches apt's lists when they do not know some of these packages, or are old: a package that a list still
 * names may have gone from the mirror.
 * @param {string[]} packages
 */
export async function refresh(packages) {
  const age = Date.now() - newestList()
  const unknown = packages.some((name) => !candidate(name))
  if (age < DAY_MS && !(unknown && age > DAY_MS / 24)) return
  const sudo = rootPrefix()
  if (!sudo) return
  await step('Package lists', age === Infinity ? 'there are none' : 'they are old', (onLine) =>
    // Without a network the packages may still lie in apt's cache: the installation will tell.
    apt(sudo, ['update'], onLine).catch(() => undefined),
  )
}

/** When apt's lists were last written, in milliseconds since 1970; -Infinity when there are none. */
function newestList() {
  if (!existsSync(LISTS)) return -Infinity
  const lists = readdirSync(LISTS).filter((name) => /_(Packages|InRelease)/.test(name))
  if (lists.length === 0) return -Infinity
  // An update that finds nothing new writes no list, but always opens this folder.
  return Math.max(
    ...[...lists, 'partial', '.'].map((name) => statSync(join(LISTS, name), { throwIfNoEntry: false })?.mtimeMs ?? 0),
  )
}

/**
 * @param {string[]} packages
 * @param {string} why
 * @throws {SetupError} with the command to run, when this user may not install.
 */
export async function install(packages, why) {
  const sudo = rootPrefix()
  if (!sudo) {
    throw new SetupError(`Packages are ${why}. Install them and start again: ${command(packages)}`)
  }
  await step(`System packages ${packages.join(' ')}`, why, (onLine) =>
    apt(sudo, ['install', '-y', '--no-install-recommends', ...packages], onLine),
  )
}

/** @param {string[]} packages */
export const command = (packages) => `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`

/**
 * @param {string[]} sudo
 * @param {string[]} args
 * @param {(line: string) => void} onLine
 */
function apt(sudo, args, onLine) {
  // Another apt (unattended upgrades after boot) may hold the lock for a while.
  const [first = '', ...rest] = [
    ...sudo,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...args,
  ]
  return run(first, rest, { onLine })
}
