import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The folder of this package: where the addon, the page and what builds them lie. A bundler puts this file elsewhere,
 * and then the package is looked for where the bundle lies.
 */
export function packageRoot(): string {
  // A bundle in CommonJS has no import.meta.url, but `process.argv[1]` is mostly it.
  const here = typeof import.meta.url === 'string' ? fileURLToPath(import.meta.url) : (process.argv[1] ?? '')
  for (let folder = dirname(here); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && nameIn(manifest) === name) return folder
  }
  return dirname(createRequire(join(dirname(here), 'package.json')).resolve(`${name}/package.json`))
}

const name = 'motioninocean'

const nameIn = (manifest: string): unknown => (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name

const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
  version: string
  repository: { url: string }
}

/** The version of this package. */
export const { version } = manifest

/** Where its image is published, without a tag: beside the repository, under its owner's name. */
export function imageName(): string {
  const [, owner = ''] = /github\.com\/([^/]+)/.exec(manifest.repository.url) ?? []
  return `ghcr.io/${owner.toLowerCase()}/${name}`
}
