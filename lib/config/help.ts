import { settingList } from './schema.ts'
import { switches } from './switches.ts'

/** What --help prints. */
export function helpText(): string {
  const rows = settingList.flatMap(({ flag, env, fallback, about, values, fileFlag, fileEnv }) => [
    [`  --${flag}`, env, fallback, about],
    ['', '', '', `  ${values}`],
    ...(fileFlag && fileEnv ? [[`  --${fileFlag}`, fileEnv, '', 'The same from a file']] : []),
  ])
  return `MotionInOcean streams a camera as MJPEG over HTTP.

Usage: motioninocean [command] [flags]

Commands:
  serve    stream the camera (what happens without a command)
  list     show the cameras that can be used, with their formats, sizes and sensor modes
  config   show the settings in force and where each comes from
  doctor   show what the camera needs of this machine and what is missing; exit code 1 if something is
${Object.entries(switches)
  .map(([flag, { command, about }]) => `           ${command} --${flag.padEnd(8)} ${about}`)
  .join('\n')}
  build    build the addon for this machine, where the package brings none that fits

Flags, each with its environment variable and its default; a flag wins over the variable:
${table(rows)}
  -h, --help
  -v, --version

Example: motioninocean --camera synthetic --port 8123
`
}

/** Rows as aligned columns; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell)).join('  ')
  return rows.map(line).join('\n')
}
