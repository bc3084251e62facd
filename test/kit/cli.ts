import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { plainEnvironment } from './process_environment.ts'

const main = resolve(import.meta.dirname, '../../dist/cli/main.js')

/** One of the service's JSON log lines. */
export type LogLine = Record<string, unknown> & { level: number; msg: string }

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment without the settings of whoever runs the tests. */
function environment(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(plainEnvironment()).filter(([name]) => !name.startsWith('MIO_'))
  return { ...Object.fromEntries(inherited), ...env }
}

/** Runs the command to its end. */
export async function runCli(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  await using command = new RunningCli(args, env)
  return await command.ended
}

/** The command while it runs; killed when disposed of. */
export class RunningCli implements AsyncDisposable {
  readonly ended: Promise<Ended>
  readonly logLines: LogLine[] = []
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''
  #wake = (): void => {}

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [main, ...args], { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
    let rest = ''
    this.#child.stdout!.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      this.logLines.push(...lines.filter((line) => line.startsWith('{"')).map((line) => JSON.parse(line) as LogLine))
      this.#wake()
    })
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    this.ended = once(this.#child, 'close').then(() => {
      this.#wake()
      const { exitCode: code, signalCode: signal } = this.#child
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
    })
  }

  /** The first log line that `matches`, now or later. */
  log(matches: (line: LogLine) => boolean): Promise<LogLine> {
    return this.#awaited(() => this.logLines.find(matches))
  }

  /** Waits until `text` stands in the output. */
  async says(text: string): Promise<void> {
    await this.#awaited(() => this.#stdout.includes(text) || undefined)
  }

  async #awaited<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#child.exitCode !== null || this.#child.signalCode) {
        const { code, signal, stderr } = await this.ended
        throw new Error(`it ended with ${code ?? signal} before it said that: ${stderr}`)
      }
      await new Promise<void>((wake) => (this.#wake = wake))
    }
  }

  /** Where it listens, without a slash at the end. */
  async url(): Promise<string> {
    const line = await this.log(({ url }) => url !== undefined)
    return String(line['url']).replace(/\/$/, '')
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }
}
