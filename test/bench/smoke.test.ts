// The benchmarks run. Their figures are no test's business on a machine that does other things, but for ratios that
// only a blunder can make this bad: a copy per viewer, JavaScript for each frame and viewer.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { plainEnvironment } from '../kit/environment.ts'

const main = resolve(import.meta.dirname, 'main.mjs')

test('the fan-out is measured against the floor, which it does not miss by much', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  try {
    const file = join(folder, 'report.json')
    // V8 collects its garbage once, some seconds after the start, for as much CPU as twenty frames: a median does not see it.
    const args = [main, '--quick', '--rounds', '3', '--json', file, 'fan_out']
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: plainEnvironment() })
    expect(stdout).toContain('CPU per MiB, native ÷ floor, N = 10')

    const { cpuMsPerMib, fps } = JSON.parse(readFileSync(file, 'utf8')).measurements.fan_out.data
    const ratio = (name: string, viewers: number): number => cpuMsPerMib[name][viewers] / cpuMsPerMib.floor[viewers]
    const atTen = [fps.native[10], fps.javascript[10]]
    expect(Math.min(...atTen)).toBeGreaterThan(0)
    // Cold, and with each frame's costs on one viewer.
    const alone = [ratio('native', 1), ratio('javascript', 1)]
    expect(Math.max(...alone)).toBeLessThan(12)
    expect(ratio('native', 10)).toBeLessThanOrEqual(3)
    expect(ratio('javascript', 10)).toBeLessThan(12)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
