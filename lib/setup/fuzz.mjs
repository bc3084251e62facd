import { mkdirSync } from 'node:fs'
import { forBuild, forFuzz, forTests } from './needs.mjs'
import { configure } from './native_tests.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { run, show } from './run.mjs'
import { step } from './step.mjs'

/**
 * `npm run fuzz -- SECONDS`: libFuzzer over the sender, a minute unless told otherwise. What it has found worth keeping
 * lies in build/fuzz, and the next run goes on from there.
 * @param {string[]} args
 */
export default async function fuzz([seconds = '60']) {
  await systemPackages([...forBuild, ...forTests.filter((need) => need.name === 'Ninja'), ...forFuzz])
  await step('Fuzz targets', 'CMake knows what changed', async (onLine) => {
    await configure('fuzz', onLine)
    await run('cmake', ['--build', '--preset', 'fuzz', '--target', 'sender_fuzz'], { onLine })
  })
  const found = inRoot('build/fuzz/')
  mkdirSync(`${found}corpus`, { recursive: true })
  const limits = [`-max_total_time=${seconds}`, '-timeout=60', '-max_len=256', `-artifact_prefix=${found}`]
  process.exitCode = await show(inRoot('build/cmake/fuzz/test/fuzz/sender_fuzz'), [
    ...limits,
    '-print_final_stats=1',
    `${found}corpus`,
  ])
}
