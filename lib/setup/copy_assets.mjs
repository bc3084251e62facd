import { cpSync } from 'node:fs'
import { inRoot } from './paths.mjs'

/** Copies what the page needs and no compiler makes (HTML, CSS, pictures) to dist/page. */
export function copyAssets() {
  cpSync(inRoot('lib/page'), inRoot('dist/page'), {
    recursive: true,
    filter: (path) => !/\.ts$|\/tsconfig[^/]*\.json$/.test(path),
  })
}
