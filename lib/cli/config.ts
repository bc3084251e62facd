import { table } from '../config/help.ts'
import type { Configuration } from '../config/load.ts'
import { settingList } from '../config/schema.ts'

/** Prints the settings in force and where each comes from. */
export function config({ effective, warnings }: Configuration): void {
  const env = new Map(settingList.map((setting) => [setting.key, setting.env]))
  const rows = effective.map(({ key, text, source }) => [env.get(key) ?? key, text, source])
  console.log(table([['SETTING', 'VALUE', 'FROM'], ...rows]))
  for (const warning of warnings) console.error(`warning: ${warning}`)
}
