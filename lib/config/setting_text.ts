import { readFileSync } from 'node:fs'
import { MioError } from '../camera/errors.ts'

/** A setting as somebody wrote it. */
export interface SettingText {
  readonly text: string
  /** The variable or the flag. */
  readonly name: string
  /** The text is the path of a file that has the value. */
  readonly isFile?: boolean
}

/**
 * The value, from its file where it names one: that keeps a secret out of the environment and the process list.
 * @throws {MioError} `ERR_CONFIG`
 */
export function valueOf({ text, name, isFile }: SettingText): string {
  if (!isFile) return text
  try {
    // An editor or `echo` ends the line.
    return readFileSync(text, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException
    throw new MioError('ERR_CONFIG', {
      asked: `${name}=${JSON.stringify(text)}`,
      found: `no such file can be read (${code})`,
      cause,
    })
  }
}
