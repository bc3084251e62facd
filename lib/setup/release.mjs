import { readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { SetupError } from './setup_error.mjs'

/**
 * What does not agree in a release, one sentence each. A version in package.json that the changelog does not know is one
 * that is still being worked on, and only a tag asks for more.
 * @param {string} [tag] `vX.Y.Z`
 * @returns {string[]}
 */
export function disagreements(tag) {
  const text = (/** @type {string} */ file) => readFileSync(inRoot(file), 'utf8')
  const { version } = JSON.parse(text('package.json'))
  const lock = JSON.parse(text('package-lock.json'))
  const label = /^ARG VERSION=(.+)$/m.exec(text('Dockerfile'))?.[1]
  const released = [...text('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\] - \d{4}-\d{2}-\d{2}$/gm)].map(([, it]) => it)

  const found = []
  if (lock.version !== version || lock.packages[''].version !== version)
    found.push(`package-lock.json is of ${lock.version}, package.json of ${version}`)
  if (label !== version) found.push(`the Dockerfile labels the image ${label}, package.json says ${version}`)
  const [newest] = released
  if (newest !== undefined && newest.localeCompare(version, 'en', { numeric: true }) > 0)
    found.push(`CHANGELOG.md has released ${newest}, package.json is still at ${version}`)
  if (tag && tag !== `v${version}`) found.push(`the tag is ${tag}, package.json says ${version}`)
  if (tag && newest !== version)
    found.push(`CHANGELOG.md's newest release is ${newest ?? '(none)'}: "## [${version}] - YYYY-MM-DD" is missing`)
  return found
}

/**
 * `node lib/setup/main.mjs release [vX.Y.Z]`: what a workflow asks before it publishes.
 * @param {string[]} args
 */
export default function release([tag]) {
  const found = disagreements(tag)
  if (found.length > 0) throw new SetupError(`This cannot be released: ${found.join('; ')}.`)
}
