import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { libcameraFolder } from '../kit/libcamera.mjs'
import { plainEnvironment } from '../kit/environment.ts'
import { managerEnvironment, ownToolchain, type Toolchain } from './toolchain.ts'

export const root = resolve(import.meta.dirname, '../..')
export const prebuild = join(root, `prebuilds/linux-${process.arch}`)

/** How a command ended. */
export interface End {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command to its end, whatever that is. */
export function run(
  command: string,
  args: readonly string[],
  { cwd = root, env = plainEnvironment() }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<End> {
  return new Promise((settle) => {
    execFile(command, args, { cwd, env, timeout: 1_800_000, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
      settle({ code: error ? (error.code ?? error.signal ?? 'killed') : 0, stdout, stderr }),
    )
  })
}

/** Runs a command that must succeed. */
export async function succeed(...call: Parameters<typeof run>): Promise<End> {
  const end = await run(...call)
  if (end.code !== 0) throw new Error(`${call[0]} ${call[1].join(' ')}: ${end.code}\n${end.stdout}\n${end.stderr}`)
  return end
}

/** `npm pack` of the checkout, with the prebuilds that are there. */
export async function pack(folder: string): Promise<string> {
  await succeed('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    env: managerEnvironment(ownToolchain),
  })
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
}

/** A program's project of its own, outside of the checkout. */
export class Project implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'mio-package-'))
  readonly toolchain: Toolchain

  constructor(toolchain = ownToolchain) {
    this.toolchain = toolchain
    writeFileSync(this.file('package.json'), '{ "name": "program", "private": true }')
    cpSync(join(import.meta.dirname, 'programs'), this.folder, { recursive: true })
  }

  file(name: string): string {
    return join(this.folder, name)
  }

  /** Where the package lies in it. */
  get installed(): string {
    return this.file('node_modules/motioninocean')
  }

  npm(...args: string[]): Promise<End> {
    const { npm } = this.toolchain
    return npm === undefined ? this.manage('npm', args) : this.manage(this.toolchain.node, [npm, ...args])
  }

  /** Runs a package manager, or what one would run. */
  manage(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<End> {
    return run(command, args, { cwd: this.folder, env: { ...managerEnvironment(this.toolchain), ...env } })
  }

  /** Runs a program of test/package/programs, which prints one line of JSON. */
  async program(name: string, env: NodeJS.ProcessEnv = plainEnvironment()): Promise<unknown> {
    const { stdout } = await succeed(this.toolchain.node, [this.file(name)], { cwd: this.folder, env })
    return JSON.parse(stdout)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/**
 * An environment in which the dynamic linker finds no libcamera that a backend is for: files that are none come first.
 * @param also sonames that are found all the same, as of a libcamera that came out after this package
 */
export function withoutLibcamera(folder: string, also: string[] = []): NodeJS.ProcessEnv {
  mkdirSync(folder, { recursive: true })
  for (const [soname] of backends().filter(([, library]) => isOnSystem(library)))
    writeFileSync(join(folder, `libcamera.so.${soname}`), 'no library')
  for (const soname of also) {
    const library = readdirSync(libcameraFolder() ?? '').find((name) => /^libcamera\.so\.\d+\.\d+\.\d+$/.test(name))
    cpSync(join(libcameraFolder() ?? '', library ?? ''), join(folder, `libcamera.so.${soname}`))
  }
  return { ...plainEnvironment(), LD_LIBRARY_PATH: folder }
}

/** The sonames that the prebuild has backends for, with the library that each needs. */
export function backends(): [soname: string, library: string][] {
  return readdirSync(prebuild)
    .flatMap((name) => /^libcamera-(.+)\.so$/.exec(name)?.[1] ?? [])
    .map((soname) => [soname, `libcamera.so.${soname}`])
}

const isOnSystem = (library: string): boolean =>
  ['/usr/lib', '/usr/local/lib'].some(
    (folder) =>
      existsSync(join(folder, library)) ||
      readdirSync(folder, { withFileTypes: true }).some(
        (entry) => entry.isDirectory() && existsSync(join(folder, entry.name, library)),
      ),
  )
