import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { configure } from './native_tests.mjs'
import { inRoot, root } from './paths.mjs'
import { run } from './run.mjs'
import { SetupError } from './setup_error.mjs'

/**
 * clang-tidy on every source of the product that CMake compiles, as many at once as there are processors.
 * @param {(line: string) => void} onLine
 */
export async function clangTidy(onLine) {
  await configure('lint', onLine)
  const folder = inRoot('build/cmake/lint')
  /** @type {{ file: string }[]} */
  const commands = JSON.parse(readFileSync(`${folder}/compile_commands.json`, 'utf8'))
  const files = [
    ...new Set(commands.map(({ file }) => file).filter((file) => file.slice(root.length + 1).startsWith('native/'))),
  ]
  const total = files.length
  const failed = /** @type {string[]} */ ([])

  const work = async () => {
    for (let file = files.shift(); file; file = files.shift()) {
      const name = file.slice(root.length + 1)
      onLine(`${total - files.length}/${total} ${name}`)
      // The compile commands are gcc's: clang does not know all of its warnings.
      const args = ['--quiet', '--extra-arg=-Wno-unknown-warning-option', '-p', folder, file]
      await run('clang-tidy-19', args).catch(() => failed.push(name))
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  if (failed.length > 0) throw new SetupError(`clang-tidy (${failed.join(' ')})`)
}
