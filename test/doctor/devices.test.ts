// Whatever can stand between a container and the camera's devices is told apart by what opening them gives.
import { expect, test } from 'vitest'
import type { Finding } from '../../lib/doctor/finding.ts'
import { inContainer, pi4 } from '../kit/boards.ts'
import type { Plant } from '../kit/planted_machine.ts'
import { findingsOn } from './examined.ts'

async function devicesOn(board: Plant): Promise<Finding[]> {
  return (await findingsOn(board)).filter(({ check }) => check === 'devices')
}

const isMedia = (path: string) => path.startsWith('/dev/media')

test('mapped, in the group, allowed', async () => {
  expect(await devicesOn(inContainer(pi4))).toEqual([
    { check: 'devices', status: 'ok', found: 'all 15 that the camera needs can be opened' },
  ])
})

test('not mapped', async () => {
  expect(await devicesOn(inContainer(pi4, { nodes: (path) => (isMedia(path) ? undefined : {}) }))).toEqual([
    {
      check: 'devices',
      status: 'missing',
      code: 'ERR_DEVICE_NOT_MAPPED',
      found: '/dev/media0, /dev/media2, /dev/media3: the kernel has it, the container does not (ENOENT)',
      remedy:
        'Map the camera devices into the container: `motioninocean doctor --compose` writes a compose file with all of them',
    },
  ])
})

test('mapped, but not in the group', async () => {
  expect(await devicesOn(inContainer(pi4, { groups: [29] }))).toEqual([
    {
      check: 'devices',
      status: 'missing',
      code: 'ERR_PERMISSION',
      found:
        '/dev/media0, /dev/media2, /dev/media3 and 12 more: it belongs to group 44 (mode 660), and user 10001 has the groups 10001, 29 (EACCES)',
      remedy: 'In the compose file: group_add: ["44"]',
    },
  ])
})

test('mapped, in the group, but no rule of the device cgroup', async () => {
  const rule = (path: string) => (isMedia(path) ? { error: 'EPERM' } : {})
  expect(await devicesOn(inContainer(pi4, { nodes: rule }))).toEqual([
    {
      check: 'devices',
      status: 'missing',
      code: 'ERR_DEVICE_RULE',
      found: "/dev/media0, /dev/media2, /dev/media3: the container's device rules forbid it (EPERM)",
      remedy:
        'Allow the devices: in the compose file, list them under devices:, or set device_cgroup_rules: ["c *:* rw"]',
    },
  ])
})

test('mapped and allowed, but nothing behind it any more', async () => {
  const gone = (path: string) => (path === '/dev/video0' ? { error: 'ENXIO' } : {})
  expect(await devicesOn(inContainer(pi4, { nodes: gone }))).toMatchObject([
    { code: 'ERR_DEVICE_GONE', found: '/dev/video0: no device is behind the node (ENXIO)' },
  ])
})

test('several at once are told one by one', async () => {
  const mixed = (path: string) =>
    isMedia(path)
      ? undefined
      : path === '/dev/video13'
        ? { error: 'EPERM' }
        : path === '/dev/video14'
          ? { gid: 39 }
          : {}
  const codes = (await devicesOn(inContainer(pi4, { nodes: mixed }))).map((one) => 'code' in one && one.code)
  expect(codes).toEqual(['ERR_DEVICE_NOT_MAPPED', 'ERR_DEVICE_RULE', 'ERR_PERMISSION'])
})

test('a busy device is not in the way: who holds it is another question', async () => {
  const busy = (path: string) => (path === '/dev/video0' ? { error: 'EBUSY' } : {})
  expect(await devicesOn(inContainer(pi4, { nodes: busy }))).toMatchObject([{ status: 'ok' }])
})

test('nodes that the kernel says nothing of count too: who mapped them meant them', async () => {
  const { files, ...rest } = inContainer(pi4, { groups: [] })
  const silent = Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('/sys/')))
  expect(await devicesOn({ ...rest, files: silent, links: {} })).toMatchObject([{ code: 'ERR_PERMISSION' }])
})

test('on the host the remedy is the group, by name', async () => {
  expect(await devicesOn({ ...pi4, user: { uid: 1000, groups: [1000] } })).toMatchObject([
    { code: 'ERR_PERMISSION', remedy: 'Add the user to it and log in again: sudo usermod -aG video "$USER"' },
  ])
})

test('where no group can help, a udev rule is the remedy', async () => {
  expect(await devicesOn(inContainer(pi4, { nodes: () => ({ gid: 0, mode: 0o600 }) }))).toMatchObject([
    { code: 'ERR_PERMISSION', remedy: expect.stringContaining('udev rule') },
  ])
})
