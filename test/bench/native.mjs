// The programs that are compared with, built on first use.
import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds a target of test/bench/CMakeLists.txt. Returns where it lies. */
export function build(name) {
  const tree = `${root}/build/cmake/bench`
  const options = ['-DMIO_ADDON=OFF', '-DMIO_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release']
  const stdio = ['ignore', 'ignore', 'inherit']
  execFileSync('cmake', ['-S', root, '-B', tree, ...options], { stdio })
  execFileSync('cmake', ['--build', tree, '--target', name.replace('.so', '')], { stdio })
  return `${tree}/test/bench/${name}`
}

/** Builds a program. Returns a function that runs it and reads the JSON that it prints. */
export function program(name) {
  const file = build(name)
  // Not execFileSync: a viewer in this process goes on reading.
  return async (...args) => {
    const { stdout } = await promisify(execFile)(file, args.map(String))
    return JSON.parse(stdout)
  }
}
