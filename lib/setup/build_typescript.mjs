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
  await run(process.execPath, [inRoot('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], { onLine })
  await pageScripts(onLine)
  copyAssets()
}

/**
 * One script for each page, as small as can be: a browser asks for one HTML, one CSS and one script.
 * @param {(line: string) => void} onLine
 */
async function pageScripts(onLine) {
  const pages = ['page', 'integrations'].map((name) => inRoot(`lib/page/${name}.ts`))
  const options = ['--bundle', '--minify', '--format=esm', '--target=es2022', `--outdir=${inRoot('dist/page')}`]
  await run(process.execPath, [inRoot('node_modules/esbuild/bin/esbuild'), ...pages, ...options], { onLine })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build(console.log)
