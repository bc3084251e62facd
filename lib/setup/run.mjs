import { spawn, spawnSync } from 'node:child_process'
import { root } from './paths.mjs'
import { SetupError } from './setup_error.mjs'

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] Added to this process's environment; undefined takes a variable out.
 * @property {string} [cwd]
 * @property {(line: string) => void} [onLine] Told each line as it comes. The output is kept and shown only on failure.
 */

/**
 * Runs a command to its end, quietly.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} What it wrote.
 * @throws {SetupError} when it fails; its output has been shown.
 */
export async function run(command, args, { onLine = () => {}, ...options } = {}) {
  let output = ''
  const code = await start(command, args, options, (text) => {
    output += text
    for (const line of text.split('\n')) if (line.trim()) onLine(line.trim())
  })
  if (code === 0) return output
  process.stderr.write(`\n${output.split('\n').slice(-200).join('\n')}\n`)
  throw new SetupError(`${[command, ...args].join(' ')}: ${code}`)
}

/**
 * Runs a command with its output shown as it comes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Pick<RunOptions, 'env' | 'cwd'>} [options]
 * @returns {Promise<number | string>} The exit code, or why there is none.
 */
export function show(command, args, options = {}) {
  return start(command, args, options)
}

/**
 * The output of a short command; undefined when it fails or is not there.
 * @param {string} command
 * @param {readonly string[]} args
 */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return status === 0 ? stdout.trim() : undefined
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Pick<RunOptions, 'env' | 'cwd'>} options
 * @param {(text: string) => void} [onText]
 * @returns {Promise<number | string>}
 */
function start(command, args, { env, cwd = root }, onText) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: onText ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    })
    // Whoever ends the set-up ends what it runs, or a compiler would go on alone.
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    const stop = (/** @type {NodeJS.Signals} */ signal) => {
      child.kill(signal)
      leave()
      process.kill(process.pid, signal)
    }
    const leave = () => signals.forEach((signal) => process.off(signal, stop))
    signals.forEach((signal) => process.on(signal, stop))

    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => onText?.(text))
    child.on('error', (error) => {
      leave()
      resolve(error.message)
    })
    child.on('close', (code, signal) => {
      leave()
      resolve(code ?? `ended by ${signal}`)
    })
  })
}
