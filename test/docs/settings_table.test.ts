import { test } from 'vitest'
import { settingList } from '../../lib/config/schema.ts'
import { expectMade, expectMadeTable } from './made.ts'

function example(): string {
  const blocks = settingList.map(({ env, fileEnv, about, values, fallback, secret }) => {
    const lines = [`# ${about}: ${values}`, `#${env}=${secret ? '' : fallback}`]
    return [...lines, ...(fileEnv ? [`#${fileEnv}=/run/secrets/${env.toLowerCase()}`] : [])].join('\n')
  })
  return `# Settings of MotionInOcean, for the env_file of Compose. Made from lib/config/schema.ts by
# UPDATE_DOCS=1 npm test -- test/docs. Take the # away from those that you change; these are the defaults.

${blocks.join('\n\n')}
`
}

test('the table in docs/configuration.md is what the schema says', () => {
  const rows = settingList.map(({ env, fileEnv, about, values, fallback }) => {
    const names = [env, fileEnv].filter((name) => name !== undefined).map((name) => `\`${name}\``)
    return [names.join(', '), fallback, `${about}: ${values}`]
  })
  expectMadeTable('docs/configuration.md', 'settings', 'lib/config/schema.ts', [
    ['variable', 'default', 'what'],
    ...rows,
  ])
})

test('.env.example is what the schema says', () => {
  expectMade('.env.example', example)
})
