// The Nodes and package managers that the package is tried with. Plain JavaScript: `npm run test:package` fetches them
// before it runs the tests.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../lib/setup/paths.mjs'
import { run } from '../../lib/setup/run.mjs'
import { step } from '../../lib/setup/step.mjs'

/** Where they are installed. */
export const packageTools = join(cacheFolder, 'package-tools')

/** npm's packages node-linux-<arch> hold Node's own binaries and need no script at their installation. */
const nodes = Object.fromEntries(
  [20, 22, 24, 26].map((major) => [`node-${major}`, `npm:node-linux-${process.arch}@${major}`]),
)
const manifest = JSON.stringify({
  private: true,
  dependencies: { ...nodes, 'npm-11': 'npm:npm@11', 'npm-12': 'npm:npm@12', pnpm: '10', yarn: '1', esbuild: '0.28' },
})

/** Installs them, unless they are there. */
export async function installPackageTools() {
  const file = join(packageTools, 'package.json')
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest) return
  await step('Nodes and package managers', 'not there yet', async (onLine) => {
    rmSync(packageTools, { recursive: true, force: true })
    // By force: this Node is none that npm 12 runs on.
    const args = ['install', '--prefix', packageTools, '--no-audit', '--no-fund', '--force']
    mkdirSync(packageTools, { recursive: true })
    try {
      writeFileSync(file, manifest)
      await run('npm', args, { cwd: packageTools, onLine })
    } catch (error) {
      rmSync(file)
      throw error
    }
  })
}
