import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A fenced block of a document. */
export interface Snippet {
  readonly file: string
  readonly line: number
  readonly language: string
  /** Marked as `sh on a Pi`: what no other machine can do. */
  readonly needsPi: boolean
  readonly code: string
}

/** All that people read, but for what is made of the code: docs/api.md has declarations, docs/integrations other programs' files. */
export const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'test/vm/README.md',
  ...readdirSync(resolve(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'api.md')
    .map((name) => `docs/${name}`),
]

export function snippetsOf(file: string): Snippet[] {
  const snippets: Snippet[] = []
  const text = readFileSync(resolve(root, file), 'utf8')
  for (const match of text.matchAll(/^ *```(.*)\n([\s\S]*?)^ *```$/gm)) {
    const line = text.slice(0, match.index).split('\n').length
    const [, info = '', code = ''] = match
    const language = info.replace(/ on a Pi$/, '')
    snippets.push({ file, line, language, needsPi: language !== info, code })
  }
  return snippets
}

/** The commands of a document that any machine can run, each with its place. */
export function commandsOf(file: string): (readonly [place: string, command: string])[] {
  return snippetsOf(file)
    .filter(({ language, needsPi }) => language === 'sh' && !needsPi)
    .flatMap(({ line, code }) =>
      code
        .trim()
        .split('\n')
        .map((command) => [`${file}:${line}`, command] as const),
    )
}
