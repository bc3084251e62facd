import { MioError } from '../camera/errors.ts'
import { readEnvironment } from './environment.ts'
import type { CommandLine } from './flags.ts'
import { type SettingKey, type Settings, settingList } from './schema.ts'
import { type SettingText, valueOf } from './setting_text.ts'

/** Stands for a secret. */
const hidden = '(hidden)'

/** One setting as it is in force. */
export interface Effective {
  readonly key: SettingKey
  /** What was written; of a secret, only that there is one. */
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
  for (const { key, fallback, schema, values: allowed, secret } of settingList) {
    const written: SettingText | undefined = flags.texts.get(key) ?? texts.get(key)
    const text = written ? valueOf(written) : fallback
    const result = schema.safeParse(text)
    const source = written?.name ?? 'default'
    if (!result.success) {
      const asked = secret ? source : `${source}=${JSON.stringify(text)}`
      throw new MioError('ERR_CONFIG', { asked, found: `allowed is ${allowed}` })
    }
    values[key] = result.data
    effective.push({ key, text: secret && result.data !== undefined ? hidden : text, source })
  }
  return { settings: values as Settings, effective, warnings }
}
