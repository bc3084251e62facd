import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from './paths.mjs'

/** What a start does not load stays a package of its own. */
const external = ['pino-pretty', 'prom-client', 'sharp']

/** What Express loads at once and a start has no use for. */
const spared = {
  // What reads bodies knows all character sets. It is loaded with the first request that has one.
  'body-parser': `
    for (const kind of ['json', 'raw', 'text', 'urlencoded']) {
      exports[kind] = (options) => {
        let read
        return (request, response, next) =>
          import('body-parser')
            .then(({ default: parsers }) => (read ??= parsers[kind](options))(request, response, next))
            .catch(next)
      }
    }`,
  // The media types of two thousand file names, which no stream asks for. These two are all that Express calls.
  'mime-types': `
    for (const name of ['contentType', 'lookup']) exports[name] = (type) => require('mime-types')[name](type)`,
  // The colours of its lines for debugging. It looks on the disk for them.
  'supports-color': '',
}

/** @type {import('esbuild').Plugin} */
const spare = {
  name: 'spare',
  setup(build) {
    const filter = new RegExp(`^(${Object.keys(spared).join('|')})$`)
    build.onResolve({ filter }, ({ path, kind, namespace }) =>
      kind === 'require-call' && namespace !== 'spared' ? { path, namespace: 'spared' } : undefined,
    )
    build.onLoad({ filter, namespace: 'spared' }, ({ path }) => ({
      contents: spared[/** @type {keyof typeof spared} */ (path)],
      resolveDir: inRoot(),
    }))
  },
}

/**
 * The command in a few files, with the packages that each start loads: Node takes longer to find and open their three
 * hundred files than to run them. The library is not bundled.
 */
export async function bundleCommand() {
  // Not at the top: this module is loaded before the packages are there.
  const esbuild = await import('esbuild')
  rmSync(inRoot('dist/cli'), { recursive: true, force: true })
  const { metafile } = await esbuild.build({
    absWorkingDir: inRoot(),
    entryPoints: ['main', 'health'].map((name) => `lib/cli/${name}.ts`),
    outdir: 'dist/cli',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    plugins: [spare],
    // Names stay, for stacks in reports. Comments and spaces take as long to read as the rest.
    minifyWhitespace: true,
    lineLimit: 120,
    // Tables of character sets and media types are data: files, read when they are asked for.
    loader: { '.json': 'copy' },
    assetNames: 'data/[name]-[hash]',
    // For packages in CommonJS.
    banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
    metafile: true,
    logLevel: 'warning',
  })
  writeFileSync(inRoot('dist/cli/LICENSES.txt'), licences(Object.keys(metafile.inputs)))
}

/**
 * The licences of the packages among the files, as they ask for.
 * @param {string[]} files
 */
function licences(files) {
  const folders = new Set(files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  return [...folders]
    .toSorted()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8'))
      const file = readdirSync(inRoot(folder)).find((entry) => /^licen[cs]e/i.test(entry))
      if (!file) throw new Error(`${name} has no licence file`)
      return `${name} ${version}\n\n${readFileSync(join(inRoot(folder), file), 'utf8').trim()}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
