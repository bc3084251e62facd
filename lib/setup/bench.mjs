import { pathToFileURL } from 'node:url'
import { ustreamerForBench } from '../../test/bench/ustreamer.mjs'
import { libcameraForTests } from '../../test/kit/libcamera.mjs'
import { forBench, forBuild, forTests } from './needs.mjs'
import { testKit } from './native_tests.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { prepare } from './start.mjs'

/**
 * `npm run bench`: the set-up, then the measurements.
 * @param {string[]} args
 */
export default async function bench(args) {
  await systemPackages([...forBuild, ...forTests, ...forBench])
  await libcameraForTests()
  await ustreamerForBench()
  await prepare()
  // The stand-ins of a hardware encoder and a webcam.
  await testKit()
  const main = inRoot('test/bench/main.mjs')
  process.argv = [process.execPath, main, ...args]
  await import(pathToFileURL(main).href)
}
