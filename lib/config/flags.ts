import { parseArgs } from 'node:util'
import { MioError } from '../camera/errors.ts'
import { nearest } from './nearest.ts'
import { type SettingKey, settingList } from './schema.ts'
import type { SettingText } from './setting_text.ts'
import { type Switch, switches } from './switches.ts'

export interface CommandLine {
  /** Words that are not flags: the command. */
  readonly words: readonly string[]
  readonly help: boolean
  readonly version: boolean
  /** Flags of the command itself, as `--json` of `doctor`. */
  readonly switches: ReadonlySet<Switch>
  /** A text and the flag it came from. */
  readonly texts: ReadonlyMap<SettingKey, SettingText>
}

const settings = new Map(
  settingList.flatMap((setting) => [
    [setting.flag, setting] as const,
    ...(setting.fileFlag ? [[setting.fileFlag, { ...setting, values: 'the path of a file' }] as const] : []),
  ]),
)
const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  ...Object.fromEntries(Object.keys(switches).map((flag) => [flag, { type: 'boolean' } as const])),
  ...Object.fromEntries(
    [...settings].map(([flag, { isSwitch }]) => [flag, { type: isSwitch ? 'boolean' : 'string' } as const]),
  ),
} as const

/**
 * Takes a command line apart: `--fps 10`, `--fps=10`, `--hflip`, `--hflip=false`.
 * @throws {MioError} `ERR_CONFIG` for a flag that nobody knows or that lacks its value.
 */
export function parseFlags(args: readonly string[]): CommandLine {
  // Not strict: Node's own messages do not name the nearest flag.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const texts = new Map<SettingKey, SettingText>()
  const words: string[] = []
  const asked = { help: false, version: false }
  const switchesAsked = new Set<Switch>()
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help' || token.name === 'version') {
      asked[token.name] = true
      continue
    }
    if (Object.hasOwn(switches, token.name)) {
      if (token.value !== undefined)
        throw new MioError('ERR_CONFIG', { asked: token.rawName, found: 'it stands without a value' })
      switchesAsked.add(token.name as Switch)
      continue
    }
    const setting = settings.get(token.name)
    if (!setting) throw unknownFlag(token.rawName)
    const text = token.value ?? (setting.isSwitch ? 'true' : undefined)
    if (text === undefined)
      throw new MioError('ERR_CONFIG', { asked: token.rawName, found: `allowed is ${setting.values}` })
    texts.set(setting.key, { text, name: token.rawName, isFile: token.name === setting.fileFlag })
  }
  const foreign = [...switchesAsked].find((flag) => switches[flag].command !== words[0])
  if (foreign && !asked.help) throw foreignSwitch(foreign)
  return { words, ...asked, switches: switchesAsked, texts }
}

function foreignSwitch(flag: Switch): MioError {
  const { command } = switches[flag]
  return new MioError('ERR_CONFIG', { asked: `--${flag}`, found: `it belongs to: motioninocean ${command} --${flag}` })
}

function unknownFlag(rawName: string): MioError {
  const near = nearest(
    rawName,
    Object.keys(options).map((name) => `--${name}`),
  )
  return new MioError('ERR_CONFIG', {
    asked: rawName,
    found: `there is no such flag${near ? `, the nearest is ${near}` : ''}`,
  })
}
