import { dirname, join } from 'node:path'
import { plainEnvironment } from '../kit/environment.ts'
import { packageTools } from './tools.mjs'

/** A Node and an npm that runs on it. */
export interface Toolchain {
  readonly name: string
  readonly node: string
  /** The npm of the PATH, or the script of another one. */
  readonly npm: string | undefined
}

/** What runs this test. */
export const ownToolchain: Toolchain = { name: 'this Node and npm', node: process.execPath, npm: undefined }

/** From npm's registry, each in a folder of its own: see tools.mjs. */
export const tool = (name: string, file: string): string => join(packageTools, 'node_modules', name, file)

/** Each supported Node, with the npm that its users mostly have. */
export const allToolchains: Toolchain[] = [
  [20, 11],
  [22, 11],
  [24, 12],
  [26, 12],
].map(([node, npm]) => ({
  name: `Node ${node}, npm ${npm}`,
  node: tool(`node-${node}`, 'bin/node'),
  npm: tool(`npm-${npm}`, 'bin/npm-cli.js'),
}))

/**
 * The environment for a package manager: without what an `npm test` around it has set, with this Node first on the
 * PATH, and with nothing that phones home.
 */
export function managerEnvironment({ node }: Toolchain): NodeJS.ProcessEnv {
  const foreign = /^npm_(?!config_(registry|cache|userconfig|globalconfig|cafile|https?_proxy|noproxy))/i
  const own = Object.entries(plainEnvironment()).filter(([name]) => !foreign.test(name))
  return {
    ...Object.fromEntries(own),
    PATH: `${dirname(node)}:${process.env['PATH']}`,
    NO_UPDATE_NOTIFIER: '1',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  }
}
