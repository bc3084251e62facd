// Which packages are loaded with the library, and which with its server.
import { createRequire } from 'node:module'

const { cache } = createRequire(import.meta.url)
const loaded = () => [
  ...new Set(Object.keys(cache).flatMap((path) => /.*\/node_modules\/([^/]+)/.exec(path)?.[1] ?? [])),
]

await import('motioninocean')
const library = loaded()
await import('motioninocean/server')
console.log(JSON.stringify({ library, server: loaded() }))
