// Builds lib into dist: `npm run build:ts`.
import { rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { copyAssets } from './copy_assets.mjs'
import { inRoot } from './paths.mjs'
import { run } from './run.mjs'

/** @param {(line: string) => void} onLine */
export async function build(onLine) {
  // What was a module once must not stay importable.
  rmSync(inRoot('dist'), { recursive: true, force: true })
  for (const project of ['tsconfig.json', 'lib/page/tsconfig.json']) {
    await run(process.execPath, [inRoot('node_modules/typescript/bin/tsc'), '-p', project], { onLine })
  }
  copyAssets()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build(console.log)
