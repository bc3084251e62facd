import { pathToFileURL } from 'node:url'
import { forBuild, forTests } from './needs.mjs'
import { testKit } from './native_tests.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { prepare } from './start.mjs'

/**
 * `npm run bench`: the set-up, then the measurements.
 * @param {string[]} args
 */
export default async function bench(args) {
  await systemPackages([...forBuild, ...forTests])
  await prepare()
  // The stand-in of a hardware encoder.
  await testKit()
  const main = inRoot('test/bench/main.mjs')
  process.argv = [process.execPath, main, ...args]
  await import(pathToFileURL(main).href)
}
