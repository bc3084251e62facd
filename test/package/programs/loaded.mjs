// Which packages are loaded with the library, and which with its server.
import { Session } from 'node:inspector'

// As V8 sees them: require() and import alike.
const session = new Session()
const loaded = new Set()
session.connect()
session.on('Debugger.scriptParsed', ({ params: { url } }) => {
  const name = /.*\/node_modules\/([^/]+)/.exec(url)?.[1]
  if (name) loaded.add(name)
})
session.post('Debugger.enable')

await import('motioninocean')
const library = [...loaded]
await import('motioninocean/server')
console.log(JSON.stringify({ library, server: [...loaded] }))
