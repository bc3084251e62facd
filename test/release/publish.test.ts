// docker-publish.yml without GitHub: its own commands, run with what GitHub would set.
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { imageName } from '../../lib/package.ts'
import { documents } from '../docs/snippets.ts'

interface Step {
  name?: string
  uses?: string
  run?: string
  env?: Record<string, string>
  with?: Record<string, string>
}

const root = resolve(import.meta.dirname, '../..')
const text = (file: string) => readFileSync(join(root, file), 'utf8')
const { jobs } = parse(text('.github/workflows/docker-publish.yml')) as {
  jobs: Record<'build' | 'publish', { needs?: string; steps: Step[] }>
}
const repository = /github\.com\/([^.]+)/.exec((JSON.parse(text('package.json')) as Package).repository.url)![1]!
interface Package {
  version: string
  repository: { url: string }
}

const folder = mkdtempSync(join(tmpdir(), 'mio-publish-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a step as GitHub does, with these values for its variables: what it wrote for the next ones. */
async function runStep(job: Step[], name: string, env: Record<string, string>): Promise<string> {
  const step = job.find((it) => it.name === name)!
  expect(Object.keys(step.env ?? {}).toSorted()).toEqual(Object.keys(env).toSorted())
  const output = join(folder, 'output')
  writeFileSync(output, '')
  const options = { cwd: root, env: { PATH: `${folder}:${process.env['PATH']}`, GITHUB_OUTPUT: output, ...env } }
  await promisify(execFile)('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run!], options)
  return readFileSync(output, 'utf8').trim()
}

// package.json's repository is also what npm compares the provenance with.
test('one name: of the repository are the image that is published, the compose file, what doctor writes, and documents', async () => {
  const OWNER = repository.split('/')[0]!.toUpperCase()
  expect(await runStep(jobs.build.steps, 'Name', { OWNER })).toBe(`name=${imageName()}`)
  expect(text('docker-compose.yml')).toContain(`image: ${imageName()}:`)
  expect(text('Dockerfile')).toContain(`ARG REPOSITORY=https://github.com/${repository}\n`)
  for (const file of documents) {
    const named = text(file).match(
      /(?<=ghcr\.io\/)[\w-]+\/motioninocean|(?<=github(?:usercontent)?\.com\/)[\w-]+\/motioninocean/gi,
    )
    expect({ file, named: new Set(named) }).toEqual({ file, named: new Set(named ? [repository] : []) })
  }
})

test('nothing is pushed before it has served pictures, and nothing has a tag before both architectures have', () => {
  const names = jobs.build.steps.map(({ name, uses = '' }) => name ?? uses.replace(/@.*/, ''))
  const at = (name: string) => names.indexOf(name)
  expect(at('It serves pictures')).toBeGreaterThan(at('docker/build-push-action'))
  expect(at('docker/login-action')).toBeGreaterThan(at('It serves pictures'))
  const builds = jobs.build.steps.filter(({ uses }) => uses?.startsWith('docker/build-push-action@'))
  expect(builds).toHaveLength(2)
  const [smoke, push] = builds.map((step) => step.with!)
  expect(smoke).toMatchObject({ load: true, tags: 'motioninocean:smoke' })
  expect(push).toMatchObject({ sbom: true, provenance: 'mode=max' })
  expect(push!['outputs']).toContain('push-by-digest=true')
  expect(push).not.toHaveProperty('tags')
  // The same image: nothing that a layer depends on differs.
  expect(push!['build-args']).toBe(smoke!['build-args'])
  expect(jobs.publish.needs).toBe('build')
})

test.each([
  ['main', '', ['latest']],
  ['a tag', 'v1.2.3', ['latest', 'v1.2.3']],
])('%s: both architectures under %s and nothing else', async (_, RELEASE, tags) => {
  const docker = join(folder, 'docker')
  writeFileSync(docker, '#!/bin/sh\nprintf "%s\\n" "$@" > "$GITHUB_OUTPUT"\n')
  chmodSync(docker, 0o755)
  const [ARM64, AMD64] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]
  const words = await runStep(jobs.publish.steps, 'Tags', { IMAGE: imageName(), ARM64, AMD64, RELEASE })
  const names = tags.map((tag) => `--tag ${imageName()}:${tag}`).join(' ')
  const images = `${imageName()}@${ARM64} ${imageName()}@${AMD64}`
  expect(words.split('\n').join(' ')).toBe(`buildx imagetools create ${names} ${images}`)
})

test('the digests go from one job to the other by the names that it asks for', async () => {
  const DIGEST = `sha256:${'c'.repeat(64)}`
  expect(await runStep(jobs.build.steps, 'By its digest', { ARCHITECTURE: 'arm64', DIGEST })).toBe(`arm64=${DIGEST}`)
})

test('a tag that is not the version ends the job; a push to main goes on', async () => {
  const step = 'Version, changelog and labels agree'
  await runStep(jobs.build.steps, step, { TAG: '' })
  await expect(runStep(jobs.build.steps, step, { TAG: 'v999.0.0' })).rejects.toThrow('the tag is v999.0.0')
})
