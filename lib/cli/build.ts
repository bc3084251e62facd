import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { packageRoot } from '../package.ts'

/** Builds the addon within this package, for machines and libcameras that no prebuild is for. */
export async function build(): Promise<void> {
  // Part of the set-up, which is plain JavaScript, as it runs before there is TypeScript.
  const file = pathToFileURL(join(packageRoot(), 'lib/setup/build_package.mjs')).href
  const setUp = (await import(file)) as { buildPackage(): Promise<void> }
  await setUp.buildPackage()
}
