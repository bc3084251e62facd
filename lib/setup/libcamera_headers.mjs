import { readFileSync } from 'node:fs'
import * as apt from './apt.mjs'
import { ask } from './run.mjs'
import { readStamp, writeStamp } from './stamp.mjs'

/** The backend needs what libcamera can tell about its controls from this version on. */
const OLDEST = '0.4'
const WITHOUT = 'MotionInOcean is built without real cameras, the synthetic one works'

/** The version of the system's libcamera that can be built against; undefined without one. */
export function systemLibcamera() {
  const newEnough = ask('pkg-config', [`--atleast-version=${OLDEST}`, 'libcamera']) !== undefined
  return newEnough ? ask('pkg-config', ['--modversion', 'libcamera']) : undefined
}

/** Installs libcamera's headers where the system has a libcamera new enough. Without them all else works. */
export async function libcameraHeaders() {
  if (systemLibcamera()) return
  // apt is slow to ask, and to be told once is enough: until the system changes.
  const system = apt.isHere() ? readFileSync('/etc/os-release', 'utf8') : 'no apt'
  if (readStamp('libcamera-headers') === system) return
  const hindrance = await installHeaders()
  if (hindrance) console.error(`  ${hindrance}`)
  writeStamp('libcamera-headers', system)
}

/** @returns {Promise<string | undefined>} Why there are no headers now. */
async function installHeaders() {
  if (!apt.isHere()) return `pkg-config finds no libcamera ${OLDEST} or newer: ${WITHOUT}.`
  await apt.refresh(['libcamera-dev'])
  const offered = apt.candidate('libcamera-dev')
  if (!offered || !isNewEnough(offered)) {
    return `apt offers libcamera ${offered ?? '(none)'} and ${OLDEST} is needed: ${WITHOUT}.`
  }
  // The image processing modules are only recommended by the library, but a Raspberry Pi's camera needs them.
  const packages = ['libcamera-dev', 'libcamera-ipa'].filter(apt.candidate)
  if (!apt.mayInstall()) return `${WITHOUT}. For real cameras, install this and start again: ${apt.command(packages)}`
  await apt.install(packages, 'real cameras need it')
  return undefined
}

/** @param {string} version Debian's: may begin with an epoch. */
function isNewEnough(version) {
  return version.replace(/^\d+:/, '').localeCompare(OLDEST, 'en', { numeric: true }) >= 0
}
