// Which of the compose file's lines is missing: the kernel tells by errno, without a driver behind the node, and doctor
// in words.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docker, dockerResult, IMAGE } from './docker.ts'

const VOLUME = 'motioninocean-test-devices'
/** V4L2's fixed major number, and one of those that others are given at boot. */
const [V4L2, DYNAMIC] = [81, 250]

/** Where the nodes lie on the engine's machine. */
let nodes: string
/** What the kernel would say in /sys/class. */
let classes: string
beforeAll(async () => {
  classes = mkdtempSync(join(tmpdir(), 'mio-class-'))
  chmodSync(classes, 0o755)
  mkdirSync(join(classes, 'video4linux/video0'), { recursive: true })
  writeFileSync(join(classes, 'video4linux/video0/name'), 'unicam-image\n')
  writeFileSync(join(classes, 'video4linux/video0/dev'), `${V4L2}:0\n`)

  nodes = await docker('volume', 'inspect', '--format', '{{.Mountpoint}}', await docker('volume', 'create', VOLUME))
  const commands = [
    // Of a run that was ended before its end.
    'rm -f /nodes/*',
    `mknod -m 660 /nodes/video0 c ${V4L2} 0`,
    `mknod -m 660 /nodes/media0 c ${DYNAMIC} 0`,
    'chown 0:44 /nodes/video0 /nodes/media0',
    `mknod -m 660 /nodes/video1 c ${V4L2} 1`,
  ]
  const mount = ['--volume', `${VOLUME}:/nodes`]
  await docker('run', '--rm', '--user', '0', ...mount, '--entrypoint', 'sh', IMAGE, '-ec', commands.join('\n'))
})
afterAll(async () => {
  await docker('volume', 'rm', '--force', VOLUME)
  rmSync(classes, { recursive: true })
})

const mapped = (node: string) => ['--volume', `${nodes}/${node}:/dev/${node}`]
const rule = ['--device-cgroup-rule', 'c *:* rw']
const group = ['--group-add', '44']

/** What doctor says of the devices, and the errno that it names. */
async function verdict(...options: string[]): Promise<{ code?: string; errno?: string }> {
  const confined = ['--cap-drop=ALL', '--security-opt=no-new-privileges', '--read-only']
  const args = ['run', '--rm', ...confined, '--volume', `${classes}:/sys/class:ro`, ...options]
  const { output } = await dockerResult(...args, IMAGE, 'doctor', '--json')
  const { findings } = JSON.parse(output) as { findings: { check: string; code?: string; found: string }[] }
  const found = findings.find(({ check }) => check === 'devices')
  return { ...(found?.code ? { code: found.code } : {}), ...errnoIn(found?.found) }
}

function errnoIn(found = ''): { errno?: string } {
  const errno = /\((E[A-Z]+)\)/.exec(found)?.[1]
  return errno === undefined ? {} : { errno }
}

test.each(['video0', 'media0'])('%s with all lines: only the device behind it is missing', async (node) => {
  expect(await verdict(...mapped('video0'), ...mapped(node), ...rule, ...group)).toEqual({
    code: 'ERR_DEVICE_GONE',
    errno: 'ENXIO',
  })
})

test('not mapped', async () => {
  expect(await verdict(...rule, ...group)).toEqual({ code: 'ERR_DEVICE_NOT_MAPPED', errno: 'ENOENT' })
})

test('mapped, and no rule', async () => {
  expect(await verdict(...mapped('video0'), ...group)).toEqual({ code: 'ERR_DEVICE_RULE', errno: 'EPERM' })
})

test('a rule for the fixed major number alone does not cover media controllers', async () => {
  const narrow = ['--device-cgroup-rule', `c ${V4L2}:* rw`]
  const open = `try { require('node:fs').openSync('/dev/media0', 'r+') } catch ({ code }) { console.log(code) }`
  const options = [...mapped('media0'), ...narrow, ...group, '--entrypoint', 'node']
  expect(await docker('run', '--rm', ...options, IMAGE, '-e', open)).toBe('EPERM')
})

test('a group that the process is not in', async () => {
  // The image gives its user the group video; a host may number it otherwise, or give the node to root alone.
  const others = ['--user', '10001:10001']
  expect(await verdict(...mapped('video0'), ...rule, ...others)).toEqual({ code: 'ERR_PERMISSION', errno: 'EACCES' })
  const open = `try { require('node:fs').openSync('/dev/video1', 'r+') } catch ({ code }) { console.log(code) }`
  const options = [...mapped('video1'), ...rule, ...group, '--entrypoint', 'node']
  expect(await docker('run', '--rm', ...options, IMAGE, '-e', open)).toBe('EACCES')
})
