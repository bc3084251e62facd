import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { until } from './kit.mjs'

/** The service in a process of its own, and a viewer of what it serves. */
export class Service {
  #output = ''
  #url = ''

  /** @param {string[]} ids */
  constructor(ids) {
    const args = ['--jitless', '/app/dist/cli/main.js', 'serve', '--camera', ids.join(','), '--port', '0']
    const settings = ['--bind', '127.0.0.1', '--resolution', '320x240', '--fps', '10', '--log-format', 'json']
    const patience = ['--frame-timeout', '30000']
    this.child = spawn(process.execPath, [...args, ...settings, ...patience], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.#output += text))
  }

  async listening() {
    this.#url = await until(() => {
      assert.equal(this.child.exitCode, null, `it ended: ${this.#output}`)
      return /"url":"([^"]+)\/"/.exec(this.#output)?.[1]
    }, 'the service listens')
  }

  /**
   * @param {string} path
   * @returns {Promise<{ status: number | undefined, body: Buffer }>}
   */
  async get(path) {
    const response = await this.#request(path)
    const chunks = []
    for await (const chunk of response) chunks.push(chunk)
    return { status: response.statusCode, body: Buffer.concat(chunks) }
  }

  /** @param {string} id */
  async status(id) {
    const { body } = await this.get(`/cameras/${id}/api/status`)
    return JSON.parse(body.toString())
  }

  /**
   * The first JPEGs of a stream that are no placeholder.
   * @param {string} id
   * @param {number} count
   */
  async parts(id, count) {
    const response = await this.#request(`/cameras/${id}/stream.mjpg`)
    assert.match(response.headers['content-type'] ?? '', /^multipart\/x-mixed-replace;/)
    const parts = []
    let rest = Buffer.alloc(0)
    for await (const chunk of response) {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const head = rest.indexOf('\r\n\r\n')
        const headers = rest.toString('latin1', 0, Math.max(head, 0))
        const length = Number(/Content-Length: (\d+)/i.exec(headers)?.[1] ?? Number.NaN)
        if (head < 0 || !(rest.length >= head + 4 + length)) break
        if (!/X-Camera-State/i.test(headers)) parts.push(rest.subarray(head + 4, head + 4 + length))
        rest = rest.subarray(head + 4 + length)
      }
      if (parts.length >= count) break
    }
    return parts.slice(0, count)
  }

  /**
   * @param {string} path
   * @returns {Promise<http.IncomingMessage>}
   */
  #request(path) {
    return new Promise((resolve, reject) => http.get(this.#url + path, { agent: false }, resolve).on('error', reject))
  }

  async stop() {
    if (this.child.exitCode !== null) return
    this.child.kill('SIGTERM')
    const [code, signal] = await once(this.child, 'exit')
    assert.deepEqual([code, signal], [0, null], `it ended badly: ${this.#output}`)
  }
}
