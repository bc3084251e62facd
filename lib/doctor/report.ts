import type { Finding } from './finding.ts'

/** Whether nothing is missing. Warnings do not count: pictures come. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ status }) => status !== 'missing')
}

const marks = { ok: '✓', warning: '!', missing: '✗' } as const

/** For people: a line for each finding, and below it what to do. */
export function textReport(version: string, findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  const lines = findings.flatMap((finding) => {
    const code = 'code' in finding ? `${finding.code}: ` : ''
    const line = `${marks[finding.status]} ${finding.check.padEnd(width)}  ${code}${finding.found}`
    return 'remedy' in finding ? [line, `${' '.repeat(width + 4)}→ ${finding.remedy}`] : [line]
  })
  const missing = findings.filter(({ status }) => status === 'missing').length
  const end =
    missing === 0 ? 'Nothing is missing.' : `${missing === 1 ? 'One thing is' : `${missing} things are`} missing (✗).`
  return `MotionInOcean ${version}\n\n${lines.join('\n')}\n\n${end}`
}

/** For programs. */
export function jsonReport(version: string, findings: readonly Finding[]): string {
  return JSON.stringify({ version, well: isWell(findings), findings }, undefined, 2)
}
