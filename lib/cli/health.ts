#!/usr/bin/env node
// The image's HEALTHCHECK: does the process serve? It runs every half minute on small boards, so it loads nothing but
// Node's own http.
import { get } from 'node:http'

const { MIO_PORT, MIO_BIND, MIO_BIND_HOST, MIO_BASE_PATH = '' } = process.env
// Empty counts as not set, as everywhere, and an old name counts too.
const port = MIO_PORT || '8000'
const bind = MIO_BIND || MIO_BIND_HOST || '0.0.0.0'
const everywhere = bind === '0.0.0.0' || bind === '::'
const basePath = MIO_BASE_PATH.replace(/^\/?(?=.)/, '/').replace(/\/$/, '')

const request = get(
  { host: everywhere ? 'localhost' : bind, port, path: `${basePath}/health`, timeout: 9000 },
  (response) => {
    response.resume()
    if (response.statusCode !== 200) fail(`the answer is ${response.statusCode}`)
  },
)
request.on('timeout', () => request.destroy(new Error('no answer within 9 s')))
request.on('error', (error) => fail(error.message))

function fail(why: string): void {
  console.error(`motioninocean does not serve on port ${port}: ${why}`)
  process.exitCode = 1
}
