import { MioError } from '../camera/errors.ts'
import { legacyOf } from './legacy.ts'
import { nearest } from './nearest.ts'
import { type SettingKey, settingList } from './schema.ts'
import type { SettingText } from './setting_text.ts'

/** Variables of the project that are not settings of the service: of its set-up, tests and images. */
export const otherNames = new Set(['MIO_CACHE_DIR', 'MIO_IMAGE_TAG'])

const keys = new Map(settingList.map(({ env, key }) => [env, key]))
const fileKeys = new Map(settingList.flatMap(({ fileEnv, key }) => (fileEnv ? [[fileEnv, key]] : [])))

export interface EnvironmentTexts {
  /** A text and the variable it came from. */
  readonly texts: ReadonlyMap<SettingKey, SettingText>
  readonly warnings: readonly string[]
}

/**
 * The settings among environment variables. An empty one counts as not set, because Compose's
 * `MIO_FPS: ${FPS:-}` makes such.
 * @throws {MioError} `ERR_CONFIG` for a `MIO_` name that nobody knows.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): EnvironmentTexts {
  const texts = new Map<SettingKey, SettingText>()
  const warnings: string[] = []
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('MIO_') || !value || otherNames.has(name)) continue
    const legacy = legacyOf(name)
    const isFile = fileKeys.has(name)
    const key = keys.get(name) ?? fileKeys.get(name) ?? legacy?.becomes
    if (legacy) warnings.push(`${name} ${legacy.advice}`)
    else if (!key) throw unknownName(name)
    const text = legacy?.text?.(value) ?? value
    const other = key && !legacy && texts.get(key)
    if (other && isFile !== other.isFile) throw twice(name, other.name)
    // The name of today wins over an old one, whichever comes first.
    if (key && text && !(legacy && texts.has(key))) texts.set(key, { text, name, isFile })
  }
  return { texts, warnings }
}

function unknownName(name: string): MioError {
  const near = nearest(name, [...keys.keys(), ...fileKeys.keys()])
  return new MioError('ERR_CONFIG', {
    asked: name,
    found: `there is no setting of this name${near ? `, the nearest is ${near}` : ''}`,
  })
}

function twice(name: string, other: string): MioError {
  return new MioError('ERR_CONFIG', {
    asked: `${name} and ${other}`,
    found: 'both are set, and only one of them can be',
  })
}
