import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { disagreements } from '../../lib/setup/release.mjs'

const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string
}

test('package.json, package-lock.json, the changelog and the image agree on the version', () => {
  expect(disagreements()).toEqual([])
})

test('a tag that is not the version is refused, and so is one that the changelog does not know', () => {
  expect(disagreements('v999.0.0').join('; ')).toContain('the tag is v999.0.0')
  const changelog = readFileSync(resolve(import.meta.dirname, '../../CHANGELOG.md'), 'utf8')
  const known = changelog.includes(`## [${version}] - `)
  expect(disagreements(`v${version}`)).toHaveLength(known ? 0 : 1)
})
