import { MioError } from '../camera/errors.ts'
import { readEnvironment } from './environment.ts'
import type { CommandLine } from './flags.ts'
import { type SettingKey, type Settings, settingList } from './schema.ts'

/** One setting as it is in force. */
export interface Effective {
  readonly key: SettingKey
  readonly text: string
  /** The variable or the flag that it comes from, or `default`. */
  readonly source: string
}

export interface Configuration {
  readonly settings: Settings
  readonly effective: readonly Effective[]
  /** About names of the Python original. */
  readonly warnings: readonly string[]
}

/**
 * Settings from flags, else from the environment, else the defaults.
 * @throws {MioError} `ERR_CONFIG` in one sentence that names the variable or flag, its value and what is allowed.
 */
export function loadConfiguration(
  env: NodeJS.ProcessEnv,
  flags: Pick<CommandLine, 'texts'> = { texts: new Map() },
): Configuration {
  const { texts, warnings } = readEnvironment(env)
  const values: Partial<Record<SettingKey, unknown>> = {}
  const effective: Effective[] = []
  for (const { key, fallback, schema, values: allowed } of settingList) {
    const { text, name } = flags.texts.get(key) ?? texts.get(key) ?? { text: fallback, name: 'default' }
    const result = schema.safeParse(text)
    if (!result.success) {
      throw new MioError('ERR_CONFIG', { asked: `${name}=${JSON.stringify(text)}`, found: `allowed is ${allowed}` })
    }
    values[key] = result.data
    effective.push({ key, text, source: name })
  }
  return { settings: values as Settings, effective, warnings }
}
