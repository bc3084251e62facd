import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A fenced block of a document. */
export interface Snippet {
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
}

export function snippetsOf(file: string): Snippet[] {
  const snippets: Snippet[] = []
  const text = readFileSync(resolve(root, file), 'utf8')
  for (const match of text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)) {
    const line = text.slice(0, match.index).split('\n').length
    snippets.push({ file, line, language: match[1] ?? '', code: match[2] ?? '' })
  }
  return snippets
}
