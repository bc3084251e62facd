// docs/compose/state.yml as it is, with the root file system read-only as ever: what is set survives the container.
import { afterAll, expect, test } from 'vitest'
import { until } from '../kit/until.ts'
import { Compose, Container } from './docker.ts'

const compose = new Compose('motioninocean-test-state', ['test/container/compose.test.yml', 'docs/compose/state.yml'])
const container = new Container('motioninocean-test')
afterAll(() => compose.run('down', '--volumes'))

/** A new container, and where it serves. */
async function anew(): Promise<{ id: string; url: string }> {
  await compose.run('up', '--detach', '--wait', '--wait-timeout', '240')
  return { id: (await container.inspect()).Id, url: await container.url() }
}

const brightness = async (url: string): Promise<number> => {
  const controls = (await (await fetch(`${url}/api/controls`)).json()) as Record<string, { value: number }>
  return controls['Brightness']!.value
}

test('a control that was set is set again in a new container, and nothing else can be written', async () => {
  const first = await anew()
  const patch = { method: 'PATCH', body: '{"Brightness":0.25}' }
  expect((await fetch(`${first.url}/api/controls`, patch)).status).toBe(200)
  const written = 'touch /var/lib/motioninocean/probe && touch /app/probe'
  await expect(container.sh(written)).rejects.toThrow(/app\/probe.*Read-only file system/)

  await compose.run('down')
  const second = await anew()
  expect(second.id).not.toBe(first.id)
  await until(async () => (await brightness(second.url)) === 0.25, {
    timeout: 60_000,
    what: 'the control is set again',
  })
})
