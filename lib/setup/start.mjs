import { pathToFileURL } from 'node:url'
import { libcameraHeaders } from './libcamera_headers.mjs'
import { nativeBuild } from './native.mjs'
import { forBuild } from './needs.mjs'
import { npmPackages } from './npm_packages.mjs'
import { systemPackages } from './packages.mjs'
import { inRoot } from './paths.mjs'
import { typescriptBuild } from './typescript.mjs'

/** Everything between a fresh clone and a running service. Each step knows when it has nothing to do. */
export async function prepare() {
  await systemPackages(forBuild)
  await libcameraHeaders()
  await npmPackages()
  await nativeBuild()
  await typescriptBuild()
}

/**
 * `npm start`: the set-up, then the service in this same process, so that signals and the exit code are its own.
 * @param {string[]} args
 */
export default async function start(args) {
  await prepare()
  const main = inRoot('dist/cli/main.js')
  process.argv = [process.execPath, main, 'serve', ...args]
  await import(pathToFileURL(main).href)
}
