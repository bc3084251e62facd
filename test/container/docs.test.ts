// Every command of Docker that the documents show, executed over the test machine, in the order of the documents.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { commandsOf, documents } from '../docs/snippets.ts'
import { docker, IMAGE, root } from './docker.ts'

const HERE = 'test/container/compose.test.yml'
const env = {
  ...process.env,
  COMPOSE_PROJECT_NAME: 'motioninocean-test',
  COMPOSE_FILE: `docker-compose.yml:${HERE}`,
}

const commands = documents.flatMap(commandsOf).filter(([, command]) => command.startsWith('docker '))

afterAll(() => docker('compose', '--project-name', 'motioninocean-test', 'down', '--volumes'))

async function run(command: string): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command.split(' ')
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { cwd: root, env })
    return { code: 0, output: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

/** The command as it is, but for the image of this checkout and the test machine's override. */
function here(command: string): string {
  const lastFile = /^(.* -f \S+)(?= )/.exec(command)?.[1]
  return (lastFile ? command.replace(lastFile, `${lastFile} -f ${HERE}`) : command).replace(
    /ghcr\.io\/\S+\/motioninocean(:\S+)?/,
    IMAGE,
  )
}

describe('commands', () => {
  test.each(commands)('%s: %s', async (_, command) => {
    if (/ build( |$)/.test(command)) {
      // That it builds, the image of these tests shows: here, that Docker finds all that it needs.
      expect(await run(command.replace(/ build( |$)/, ' build --check$1'))).toMatchObject({ code: 0 })
      return
    }
    const { code, output } = await run(here(command))
    if (/\bdoctor\b/.test(command)) {
      // It must find that this machine has no camera.
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringMatching(/no camera/i) })
    } else {
      expect({ code, output }).toMatchObject({ code: 0 })
    }
  })

  test('there are some', () => {
    expect(commands.length).toBeGreaterThan(5)
  })
})
