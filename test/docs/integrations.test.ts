// docs/integrations is made from what /integrations shows: UPDATE_DOCS=1 npm test -- test/docs
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integrationsFor } from '../../lib/integrations/all.ts'
import { type Integration, isForm } from '../../lib/integrations/integration.ts'
import { Place } from '../../lib/integrations/place.ts'
import { expectMade } from './made.ts'
import { root } from './snippets.ts'

const service = 'http://192.168.1.50:8000'
const open = integrationsFor(new Place({ service }))
const locked = integrationsFor(new Place({ service, hasToken: true }))

const opens = {
  browser: 'Your browser opens the address, so it must reach it.',
  server:
    'The server of the other program opens the address, so it must reach it: `localhost` is right only on the same machine and outside of containers.',
  both: 'Your browser and the server of the other program open the address, so both must reach it: `localhost` is wrong for one of them.',
}

function partsOf({ parts }: Integration): string {
  return parts
    .map((part) => {
      if (!isForm(part)) return `**${part.title}**\n\n\`\`\`${part.language}\n${part.text}\`\`\`\n`
      const rows = Object.entries(part.fields).map(([label, value]) => `| ${label} | ${value && `\`${value}\``} |`)
      return `**${part.title}**\n\n| field | value |\n| --- | --- |\n${rows.join('\n')}\n`
    })
    .join('\n')
}

function chapter(integration: Integration): string {
  const withToken = locked.find(({ id }) => id === integration.id)!
  const token =
    partsOf(withToken) === partsOf(integration)
      ? ''
      : `\n## With a token\n\nWhere the service has \`MIO_TOKEN\`, with your own in place of \`${Place.token}\`:\n\n${partsOf(withToken)}`
  return `<!-- Made from lib/integrations by UPDATE_DOCS=1 npm test -- test/docs -->
<!-- prettier-ignore-start -->
# ${integration.name}

${opens[integration.opens]} The page \`/integrations\` of your own service shows the same with its own address; here it is \`${service}\`.

${partsOf(integration)}
> ${integration.pitfall}
${token}<!-- prettier-ignore-end -->
`
}

test.each(open.map((integration) => [integration.id, integration] as const))('docs/integrations/%s.md', (id, made) => {
  expectMade(`docs/integrations/${id}.md`, () => chapter(made))
})

test('the index names each of them', () => {
  const rows = open.map(({ id, name }) => `- [${name}](${id}.md)`)
  expectMade(
    'docs/integrations/README.md',
    () => `<!-- Made from lib/integrations by UPDATE_DOCS=1 npm test -- test/docs -->

# Show it elsewhere

What to paste into other programs. Your own service shows the same at \`/integrations\`, with its own address.

![The page](../images/integrations.png)

${rows.join('\n')}
`,
  )
})

test('no chapter is left over', () => {
  const names = readdirSync(join(root, 'docs/integrations')).filter((name) => name !== 'README.md')
  expect(names.toSorted()).toEqual(open.map(({ id }) => `${id}.md`).toSorted())
})
