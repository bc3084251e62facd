import { expect, test } from 'vitest'
import { legacyNames } from '../../lib/config/legacy.ts'
import { settingList } from '../../lib/config/schema.ts'
import { expectMadeTable } from './made.ts'

test('the table in docs/migrating.md is what lib/config/legacy.ts says', () => {
  const rows = Object.entries(legacyNames).map(([name, { advice }]) => [`\`${name}\``, advice])
  expectMadeTable('docs/migrating.md', 'legacy', 'lib/config/legacy.ts', [['variable', 'what became of it'], ...rows])
})

test('what an old name becomes is a setting', () => {
  const keys = settingList.map(({ key }) => key)
  for (const { becomes } of Object.values(legacyNames)) if (becomes) expect(keys).toContain(becomes)
})
