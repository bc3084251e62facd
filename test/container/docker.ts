import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { until } from '../kit/until.ts'

export { IMAGE, NATIVE_TESTS } from './setup/images.mjs'

export const root = resolve(import.meta.dirname, '../..')

const run = promisify(execFile)

/** What a command of Docker wrote on stdout. Rejects when it fails, with what it wrote on stderr. */
export function docker(...args: string[]): Promise<string> {
  return dockerWith({}, ...args)
}

async function dockerWith(env: Record<string, string>, ...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { cwd: root, env: { ...process.env, ...env }, maxBuffer: 1 << 28 })
  return stdout.trim()
}

/** docker-compose.yml with other files laid over it, as a project of its own. */
export class Compose {
  readonly #options: string[]
  readonly #env: Record<string, string>

  /** @param env Variables that the files ask for. */
  constructor(project: string, overrides: readonly string[], env: Record<string, string> = {}) {
    const files = ['docker-compose.yml', ...overrides]
    this.#options = ['compose', '--project-name', project, ...files.flatMap((file) => ['--file', file])]
    this.#env = env
  }

  run(...args: string[]): Promise<string> {
    return dockerWith(this.#env, ...this.#options, ...args)
  }
}

/** The exit code of a command of Docker, and all that it wrote. */
export async function dockerResult(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn('docker', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, output }
}

/** What `docker inspect` tells of a container. */
export interface Inspected {
  Id: string
  State: { Status: string; Pid: number; ExitCode: number; Health?: { Status: string } }
  RestartCount: number
}

/** A container while it runs; removed when disposed of. */
export class Container implements AsyncDisposable {
  readonly id: string

  /** @param id or name */
  constructor(id: string) {
    this.id = id
  }

  /** `docker run` with these options, image and command. */
  static async run(...args: string[]): Promise<Container> {
    return new Container(await docker('run', '--detach', ...args))
  }

  async inspect(): Promise<Inspected> {
    return (JSON.parse(await docker('inspect', this.id)) as Inspected[])[0]!
  }

  /** What a shell command writes in there, as the service's own user. */
  sh(command: string): Promise<string> {
    return docker('exec', this.id, 'sh', '-c', command)
  }

  /** What a piece of JavaScript prints in there. */
  node(code: string): Promise<string> {
    return docker('exec', this.id, 'node', '-e', code)
  }

  async logs(): Promise<string> {
    const { output } = await dockerResult('logs', this.id)
    return output
  }

  /** Where one of its ports is on this machine: `127.0.0.1:49153`. */
  async address(port: string): Promise<string> {
    const [address = ''] = (await docker('port', this.id, port)).split('\n')
    return address
  }

  /** Where its port 8000 is on this machine, without a slash at the end. */
  async url(): Promise<string> {
    return `http://${await this.address('8000/tcp')}`
  }

  /** Waits until it serves. */
  async serves(): Promise<string> {
    const url = await this.url()
    const answers = async (): Promise<boolean> => {
      const { State } = await this.inspect()
      if (State.Status === 'exited') throw new Error(`the container has ended: ${await this.logs()}`)
      // Docker's proxy may take a connection for which nobody listens yet.
      return fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).then(
        ({ ok }) => ok,
        () => false,
      )
    }
    await until(answers, { timeout: 240_000, what: 'the container serves' })
    return url
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker('rm', '--force', '--volumes', this.id)
  }
}

/** Options of `docker run` that set these variables. */
export const environment = (variables: Record<string, string>): string[] =>
  Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`])

/** Any free port of this machine for the service's. */
export const anyPort = ['--publish', '127.0.0.1::8000']
