import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** One declaration of an emitted `.d.ts`. */
interface Declaration {
  readonly name: string
  /** Its TSDoc as text, empty without one. */
  readonly doc: string
  /** As TypeScript emitted it, without `export` and `declare`. */
  readonly code: string
  readonly module: string
}

/** What a module declares, exports and imports. */
interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>
  /** Names that come from other modules of this package: where from. */
  readonly from: ReadonlyMap<string, string>
  readonly exported: readonly string[]
  /** Those that are only types, whatever they are where they are declared. */
  readonly typesOnly: ReadonlySet<string>
}

/** An entry of the package: what it exports, and what else one needs to read those. */
export interface Surface {
  readonly exported: readonly Declaration[]
  /** Names of those that are there at run time. */
  readonly values: readonly string[]
  readonly reachable: readonly Declaration[]
}

const modules = new Map<string, Module>()

/** Everything that a program can import from an entry, by its `.d.ts`. */
export function surfaceOf(entry: string): Surface {
  const exported = readModule(entry).exported.map((name) => find(entry, name))
  const seen = new Set(exported.map(({ name }) => name))
  const reachable: Declaration[] = []
  const queue = [...exported]
  for (let one = queue.shift(); one; one = queue.shift()) {
    for (const name of namesIn(one)) {
      const found = seen.has(name) ? undefined : lookUp(one.module, name)
      if (!found) continue
      seen.add(name)
      reachable.push(found)
      queue.push(found)
    }
  }
  const { typesOnly } = readModule(entry)
  const values = exported.filter(
    ({ name, code }) => !typesOnly.has(name) && /^(abstract )?(class|function|const)/.test(code),
  )
  return {
    exported,
    values: values.map(({ name }) => name),
    reachable: reachable.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function find(module: string, name: string): Declaration {
  const found = lookUp(module, name)
  if (!found) throw new Error(`${module} exports ${name}, which nobody declares`)
  return found
}

function lookUp(module: string, name: string): Declaration | undefined {
  const { declarations, from } = readModule(module)
  const source = from.get(name)
  return declarations.get(name) ?? (source === undefined ? undefined : lookUp(source, name))
}

/** Identifiers in a declaration's code, not in its comments. */
function namesIn({ code }: Declaration): string[] {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').match(/[A-Za-z_]\w+/g) ?? []
}

function readModule(file: string): Module {
  const known = modules.get(file)
  if (known) return known
  const declarations = new Map<string, Declaration>()
  const from = new Map<string, string>()
  const exported: string[] = []
  const typesOnly = new Set<string>()
  for (const { doc, code } of statementsOf(readFileSync(file, 'utf8'))) {
    const names = /^(?:import|export)(?: type)? \{([\s\S]*?)\} from '(\.[^']+)'/.exec(code)
    if (names) {
      const source = join(dirname(file), (names[2] ?? '').replace(/\.[jt]s$/, '.d.ts'))
      for (const one of (names[1] ?? '').split(',').map((text) => text.trim())) {
        const name = one.replace(/^type /, '')
        if (!name) continue
        from.set(name, source)
        if (name !== one || code.startsWith('export type')) typesOnly.add(name)
        if (code.startsWith('export')) exported.push(name)
      }
      continue
    }
    const declared =
      /^(export )?(?:declare )?(?:abstract )?(?:class|function|interface|type|const|enum) (?:\{ )?(\w+)/.exec(code)
    if (!declared?.[2]) continue
    const plain = code.replace(/^(export )?(declare )?/, '')
    declarations.set(declared[2], { name: declared[2], doc, code: plain, module: file })
    if (declared[1]) exported.push(declared[2])
  }
  const module = { declarations, from, exported, typesOnly }
  modules.set(file, module)
  return module
}

/** The statements at a file's top, each with the comment before it. What is nested is indented, so they are easy to tell. */
function statementsOf(text: string): { doc: string; code: string }[] {
  const found: { doc: string; code: string }[] = []
  for (const match of text.matchAll(
    /(?:^\/\*\*([\s\S]*?)\*\/\n)?^((?:import|export|declare|interface|type|class)\b.*(?:\n(?:[ }\])].*|$))*)/gm,
  )) {
    const doc = (match[1] ?? '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n')
      .trim()
    found.push({ doc, code: (match[2] ?? '').trim() })
  }
  return found
}
