#!/usr/bin/env node
import { MioError } from '../camera/errors.ts'
import { type CommandLine, parseFlags } from '../config/flags.ts'
import { helpText } from '../config/help.ts'
import { type Configuration, loadConfiguration } from '../config/load.ts'
import { nearest } from '../config/nearest.ts'
import { version } from '../package.ts'

type Command = (configuration: Configuration, switches: CommandLine['switches']) => void | Promise<void>

/** Loaded when asked for, so that `--help` needs nothing else. */
const commands: Record<string, () => Promise<Command>> = {
  serve: async () => (await import('./serve.ts')).serve,
  list: async () => (await import('./list.ts')).list,
  config: async () => (await import('./config.ts')).config,
  doctor: async () => (await import('./doctor.ts')).doctor,
  build: async () => (await import('./build.ts')).build,
}

async function main(args: readonly string[]): Promise<void> {
  const { words, help, version: versionAsked, ...flags } = parseFlags(args)
  if (help) return console.log(helpText())
  if (versionAsked) return console.log(version)
  const load = commandNamed(words)
  const configuration = loadConfiguration(process.env, flags)
  const command = await load()
  await command(configuration, flags.switches)
}

function commandNamed([name = 'serve', extra]: readonly string[]): () => Promise<Command> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command && extra === undefined) return command
  const near = command ? undefined : nearest(name, Object.keys(commands))
  throw new MioError('ERR_CONFIG', {
    asked: `motioninocean ${extra === undefined ? name : `${name} ${extra}`}`,
    found: `the commands are ${Object.keys(commands).join(', ')}${near ? `, the nearest is ${near}` : ''}`,
  })
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  console.error(`motioninocean: ${message.replaceAll(/\s*\n\s*/g, ' ')}`)
  const configuration = error instanceof MioError && ['ERR_CONFIG', 'ERR_INVALID_OPTION'].includes(error.code)
  // Not process.exitCode: what has been half-started must not keep the process alive.
  process.exit(configuration ? 2 : 1)
}
