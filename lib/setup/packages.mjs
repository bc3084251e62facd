import { accessSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import * as apt from './apt.mjs'
import { ask } from './run.mjs'
import { SetupError } from './setup_error.mjs'

/** @typedef {import('./needs.mjs').Need} Need */

/**
 * Sees to it that the system has what is needed, with apt where that is possible.
 * @param {Need[]} needs
 * @throws {SetupError} naming what is missing and the command that installs it.
 */
export async function systemPackages(needs) {
  const missing = missingOf(needs)
  if (missing.length === 0) return
  const names = missing.map((need) => need.name).join(', ')

  if (!apt.isHere()) {
    if (missing.every((need) => need.optional)) return
    throw new SetupError(
      `This system lacks ${names}, and it has no apt-get, so please install them (Debian calls them: ` +
        `${missing.map((need) => need.packages[0]).join(' ')}) and start again.`,
    )
  }
  await apt.refresh(missing.flatMap((need) => need.packages))
  const wanted = missing.map((need) => ({ need, package: need.packages.find((name) => apt.candidate(name)) }))
  for (const { need } of wanted.filter((entry) => !entry.package)) {
    const sentence = `${need.name} is missing and apt knows no package ${need.packages.join(' or ')}`
    if (!need.optional) throw new SetupError(`${sentence}. Install it by hand and start again.`)
    console.error(`  ${sentence}: what needs it is left out.`)
  }
  const packages = wanted.flatMap((entry) => entry.package ?? [])
  if (packages.length > 0) await apt.install([...new Set(packages)], `missing: ${names}`)
}

/** @param {Need[]} needs */
export const missingOf = (needs) => needs.filter((need) => !isThere(need))

/** @param {Need} need */
function isThere({ anyCommand, library, header, python, gstreamer }) {
  if (anyCommand && !anyCommand.some(onPath)) return false
  if (library && ask('pkg-config', ['--exists', library]) === undefined) return false
  if (header && !['/usr/include', '/usr/local/include'].some((folder) => existsSync(join(folder, header)))) return false
  if (gstreamer && ask('gst-inspect-1.0', ['--exists', gstreamer]) === undefined) return false
  // The system's Python, not the one of a virtual environment: that is what Meson runs.
  return !python || ask('/usr/bin/python3', ['-c', `import ${python}`]) !== undefined
}

/** @param {string} command */
function onPath(command) {
  // Servers lie in /usr/sbin, which is not on everybody's PATH.
  return [...(process.env.PATH ?? '').split(':'), '/usr/sbin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
