import { join } from 'node:path'
import { root } from '../docs/snippets.ts'
import { type Surface, surfaceOf } from './declarations.ts'

const entries = {
  motioninocean: { file: 'dist/index.d.ts', about: 'Cameras and their frames.' },
  'motioninocean/server': { file: 'dist/server/index.d.ts', about: 'The HTTP side; loads Express.' },
  'motioninocean/testing': { file: 'dist/testing/index.d.ts', about: "Cameras for your own program's tests." },
}

/** docs/api.md, from the declarations that the package is published with. */
export function apiReference(): string {
  const told = new Set<string>()
  const parts = Object.entries(entries).map(([name, { file, about }]) => {
    const surface = surfaceOf(join(root, file))
    const chapter = `## ${name}\n\n${about}\n\n${chapters(surface.exported, '', told)}`
    const rest = chapters(surface.reachable, ' (not exported)', told)
    return rest ? `${chapter}\n\n${rest}` : chapter
  })
  return `# API reference

Made from the TSDoc of lib by \`UPDATE_DOCS=1 npm test -- test/api\`. It is also the promise of
[Semantic Versioning](https://semver.org): a test compares it with the declarations that the package is published with, so
none of this changes by accident. [library.md](library.md) is the way to read in.

<!-- prettier-ignore-start -->

${parts.join('\n\n')}

<!-- prettier-ignore-end -->
`
}

function chapters(declarations: Surface['exported'], mark: string, told: Set<string>): string {
  return declarations
    .filter(({ name }) => !told.has(name) && told.add(name))
    .map(
      ({ name, doc, code }) =>
        `### ${name}${mark}\n\n${doc ? `${prose(doc)}\n\n` : ''}\`\`\`typescript\n${code}\n\`\`\``,
    )
    .join('\n\n')
}

/** TSDoc as Markdown. */
function prose(doc: string): string {
  return doc
    .replaceAll(/\{@link (\w[\w.]*)\}/g, '`$1`')
    .replaceAll(/^@throws \{MioError\} /gm, '\nThrows `MioError`: ')
    .replaceAll(/^@param (?:options\.)?(\w+) (?:- )?/gm, '\n`$1`: ')
    .replaceAll(/^@returns /gm, '\nReturns ')
    .replaceAll(/^```ts$/gm, '```typescript')
    .trim()
}
