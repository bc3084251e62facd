import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths.mjs'
import { step } from './step.mjs'

/**
 * Runs a step, unless it ended well with the same inputs before.
 * @param {object} options
 * @param {string} options.name Of the stamp.
 * @param {string} options.what For people.
 * @param {string[]} options.inputs Files and folders, from the project's root.
 * @param {unknown} [options.facts] What else the result depends on.
 * @param {string[]} options.outputs Files that must be there.
 * @param {(onLine: (line: string) => void) => Promise<unknown>} work
 */
export async function stepIfChanged({ name, what, inputs, facts, outputs }, work) {
  const hash = createHash('sha256').update(JSON.stringify([process.version, process.arch, facts]))
  for (const input of inputs) addTo(hash, inRoot(input))
  const now = hash.digest('hex')

  const before = readStamp(name)
  const missing = outputs.find((output) => !isThere(inRoot(output)))
  if (before === now && !missing) return

  rmSync(stampFile(name), { force: true })
  await step(
    what,
    missing ? `${missing} is not there yet` : before ? 'its sources changed' : 'last build unknown',
    work,
  )
  writeStamp(name, now)
}

/**
 * What was last done, kept in build/ and so forgotten with it.
 * @param {string} name
 */
export const readStamp = (name) => (isThere(stampFile(name)) ? readFileSync(stampFile(name), 'utf8') : undefined)

/**
 * @param {string} name
 * @param {string} text
 */
export function writeStamp(name, text) {
  mkdirSync(inRoot('build/.setup'), { recursive: true })
  writeFileSync(stampFile(name), text)
}

/** @param {string} name */
const stampFile = (name) => inRoot('build/.setup', name)

/** @param {string} path */
const isThere = (path) => statSync(path, { throwIfNoEntry: false }) !== undefined

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} path
 */
function addTo(hash, path) {
  if (!isThere(path)) return
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).toSorted()) addTo(hash, join(path, entry))
  } else {
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0')
  }
}
