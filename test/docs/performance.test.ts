import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { type Report, performancePage, performancePlot } from '../bench/report.mjs'
import { expectMade } from './made.ts'
import { root } from './snippets.ts'

const report = JSON.parse(readFileSync(join(root, 'docs/performance.json'), 'utf8')) as Report

test('docs/performance.md is what docs/performance.json says', () => {
  expectMade('docs/performance.md', () => performancePage(report))
})

test('so is its plot', () => {
  expectMade('docs/images/performance.svg', () => performancePlot(report))
})
