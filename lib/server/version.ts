import { readFileSync } from 'node:fs'

// lib/server and dist/server lie equally deep.
const manifest = new URL('../../package.json', import.meta.url)

/** The package's version. */
export const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
