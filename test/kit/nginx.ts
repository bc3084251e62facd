import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { plainEnvironment } from './environment.ts'
import { until } from './until.ts'

/**
 * Debian's nginx as a reverse proxy with its own defaults, buffering among them. It listens on a socket file,
 * which needs no free port.
 */
export class Nginx implements AsyncDisposable {
  readonly socketPath: string
  /** A bridge to that, for a browser. */
  readonly #bridge = createServer((socket) => {
    const inner = connect(this.socketPath)
    socket.pipe(inner).pipe(socket)
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy())
    inner.on('error', () => socket.destroy())
  })
  readonly #folder: string
  readonly #process: ChildProcess

  /** @param locations what stands in its `server` block, e.g. `location /cam/ { proxy_pass …; }`. */
  static async start(locations: string): Promise<Nginx> {
    const nginx = new Nginx(locations)
    await until(() => nginx.#answers(), { what: 'nginx listens' }).catch(async (cause: unknown) => {
      await nginx[Symbol.asyncDispose]()
      throw cause
    })
    return nginx
  }

  private constructor(locations: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'mio-nginx-'))
    this.socketPath = join(this.#folder, 'socket')
    mkdirSync(join(this.#folder, 'logs'))
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    writeFileSync(
      join(this.#folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid nginx.pid; error_log logs/error.log;
      events {}
      http {
        access_log off;
        ${temporary.map((name) => `${name}_temp_path ${name};`).join(' ')}
        server { listen unix:${this.socketPath}; ${locations} }
      }`,
    )
    this.#process = spawn('nginx', ['-p', this.#folder, '-c', 'nginx.conf', '-e', 'logs/error.log'], {
      env: { ...plainEnvironment(), PATH: `${process.env['PATH']}:/usr/sbin` },
      stdio: 'ignore',
    })
  }

  /** The same on a TCP port, without a slash at the end. */
  async url(): Promise<string> {
    if (!this.#bridge.listening) await once(this.#bridge.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(this.#bridge.address() as AddressInfo).port}`
  }

  async #answers(): Promise<boolean> {
    if (this.#process.exitCode !== null) {
      throw new Error(`nginx ended: ${readFileSync(join(this.#folder, 'logs/error.log'), 'utf8')}`)
    }
    const socket = connect(this.socketPath)
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return connected
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bridge.close()
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGTERM')
      await ended
    }
    rmSync(this.#folder, { recursive: true })
  }
}
