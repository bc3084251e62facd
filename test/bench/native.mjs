// The programs that are compared with, built on first use.
import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds a program of test/bench/CMakeLists.txt. Returns a function that runs it and reads the JSON that it prints. */
export function program(name) {
  const tree = `${root}/build/cmake/bench`
  const options = ['-DMIO_ADDON=OFF', '-DMIO_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release']
  const stdio = ['ignore', 'ignore', 'inherit']
  execFileSync('cmake', ['-S', root, '-B', tree, ...options], { stdio })
  execFileSync('cmake', ['--build', tree, '--target', name], { stdio })
  // Not execFileSync: a viewer in this process goes on reading.
  return async (...args) => {
    const { stdout } = await promisify(execFile)(`${tree}/test/bench/${name}`, args.map(String))
    return JSON.parse(stdout)
  }
}
