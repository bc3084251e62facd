import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { run } from './run.mjs'
import { step } from './step.mjs'

/** `npm ci`, unless node_modules holds what package-lock.json says. */
export async function npmPackages() {
  const why = whyInstall()
  if (!why) return
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  await step('npm packages', why, (onLine) => run(command, [...args, 'ci', '--no-audit', '--no-fund'], { onLine }))
}

function whyInstall() {
  const installed = inRoot('node_modules/.package-lock.json')
  if (!existsSync(installed)) return 'not installed yet'
  const there = packagesOf(installed)
  for (const [path, wanted] of Object.entries(packagesOf(inRoot('package-lock.json')))) {
    // Optional packages are those of other platforms.
    if (path === '' || (wanted.optional && !there[path])) continue
    if (there[path]?.version !== wanted.version)
      return `${path.replace(/^.*node_modules\//, '')} is not the version of package-lock.json`
  }
  return undefined
}

/**
 * @param {string} file
 * @returns {Record<string, { version: string, optional?: boolean }>}
 */
const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages
