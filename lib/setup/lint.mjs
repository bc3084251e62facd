import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { libcameraForTests } from '../../test/kit/libcamera.mjs'
import { clangTidy } from './clang_tidy.mjs'
import { forBuild, forLint, forTests } from './needs.mjs'
import { npmPackages } from './npm_packages.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { run } from './run.mjs'
import { SetupError } from './setup_error.mjs'
import { step } from './step.mjs'
import { typescriptBuild } from './typescript.mjs'

/** `npm run lint`: everything that judges the sources without running them. All of it runs, whatever fails. */
export default async function lint() {
  await systemPackages([...forBuild, ...forTests.filter((need) => need.library), ...forLint])
  await npmPackages()
  // Tests import what is published, from dist.
  await typescriptBuild()
  // The backend for libcamera can only be judged with libcamera's headers.
  await libcameraForTests()

  const node = (/** @type {string} */ script, /** @type {string[]} */ ...args) => [
    inRoot('node_modules', script),
    ...args,
  ]
  /** @type {[what: string, command: string, args: string[]][]} */
  const checks = [
    ['prettier', process.execPath, node('prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.')],
    ['knip', process.execPath, node('knip/bin/knip.js', '--no-progress')],
    ['oxlint', process.execPath, node('oxlint/bin/oxlint', '--type-aware', '--deny-warnings')],
    ['tsc', process.execPath, node('typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')],
    ['tsc for the page', process.execPath, node('typescript/bin/tsc', '--noEmit', '-p', 'lib/page')],
    ['tsc for tests and set-up', process.execPath, node('typescript/bin/tsc', '-p', 'test')],
    ['clang-format', 'clang-format-19', ['--dry-run', '-Werror', ...sources(['native', 'test'], /\.(c|cc|h)$/)]],
    ['shellcheck', 'shellcheck', ['.ci/run', ...sources(['lib'], /\.sh$/)]],
  ]
  /** @type {string[]} */
  const failed = []
  for (const [what, command, args] of checks) {
    await step(what, 'check', (onLine) => run(command, args, { onLine })).catch(() => failed.push(what))
  }
  await step('clang-tidy', 'check', clangTidy).catch((error) => failed.push(error.message))
  if (failed.length > 0) throw new SetupError(`Not clean: ${failed.join(', ')}.`)
}

/**
 * @param {string[]} folders
 * @param {RegExp} ending
 */
function sources(folders, ending) {
  return folders.flatMap((folder) =>
    readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => ending.test(name))
      .map((name) => join(folder, name)),
  )
}
