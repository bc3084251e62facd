import { pathToFileURL } from 'node:url'
import { inRoot } from './paths.mjs'
import { prepare } from './start.mjs'

/**
 * `npm run bench`: the set-up, then the measurements.
 * @param {string[]} args
 */
export default async function bench(args) {
  await prepare()
  const main = inRoot('test/bench/main.mjs')
  process.argv = [process.execPath, main, ...args]
  await import(pathToFileURL(main).href)
}
