import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { plainEnvironment } from '../kit/process_environment.ts'

test('a service that nobody asks for metrics or other sizes loads neither prom-client nor sharp', async () => {
  const file = (name: string) => JSON.stringify(join(import.meta.dirname, '../../dist', name))
  const script = `
    import { LastingCamera } from ${file('index.js')}
    import { createApp, serve } from ${file('server/index.js')}
    import { createRequire } from 'node:module'
    const { cache } = createRequire(import.meta.url)
    const source = new LastingCamera({ camera: 'synthetic' })
    const service = await serve(createApp({ sources: [source] }), { port: 0, bind: '127.0.0.1', drain: async () => {} })
    await fetch(service.url + 'health')
    await service.close()
    const packages = new Set(Object.keys(cache).map((path) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(path)?.[1]))
    console.log(JSON.stringify([...packages]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: plainEnvironment(),
  })
  const packages = JSON.parse(stdout) as string[]
  expect(packages).toContain('express')
  expect(packages).not.toContain('prom-client')
  expect(packages).not.toContain('sharp')
})
