// Builds lib into dist: `npm run build:ts`.
import { rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { bundleCommand } from './command_bundle.mjs'
import { copyAssets } from './copy_assets.mjs'
import { inRoot } from './paths.mjs'
import { run } from './run.mjs'

/** @param {(line: string) => void} onLine */
export async function build(onLine) {
  // What was a module once must not stay importable.
  rmSync(inRoot('dist'), { recursive: true, force: true })
  await run(process.execPath, [inRoot('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], { onLine })
  await bundleCommand()
  await pageScripts()
  copyAssets()
}

/** One script for each page, as small as can be: a browser asks for one HTML, one CSS and one script. */
async function pageScripts() {
  // Not at the top: this module is loaded before the packages are there.
  const esbuild = await import('esbuild')
  await esbuild.build({
    entryPoints: ['page', 'integrations'].map((name) => inRoot(`lib/page/${name}.ts`)),
    outdir: inRoot('dist/page'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await build(console.log)
