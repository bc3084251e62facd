// Device nodes that the kernel made, in a /dev that nobody else sees, opened by a process without any privilege.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { plainEnvironment } from '../kit/environment.ts'

// Each starts a process that loads everything, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const main = resolve(import.meta.dirname, '../../dist/cli/main.js')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mio-nodes-'))
})
// What was mounted there is gone with the namespaces.
afterAll(() => rmdirSync(folder))

/**
 * A /dev with a media and a video device of the group 44 and of another user, so that group and rules matter to
 * root as well. $work is an empty folder, $before what to do first; the arguments are run without capabilities.
 */
const inOwnDev = `set -e
mount -t tmpfs none "$work"
mkdir "$work/dev" "$work/cgroup"
for node in null zero random urandom tty; do cp -a "/dev/$node" "$work/dev/"; done
mknod -m 660 "$work/dev/media0" c 250 0
mknod -m 660 "$work/dev/video0" c 81 0
chown 1:44 "$work/dev/media0" "$work/dev/video0"
eval "$before"
mount --bind "$work/dev" /dev
setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@" || true
[ -d "$work/cgroup/mio-doctor-test" ] && echo 0 > "$work/cgroup/tasks" && rmdir "$work/cgroup/mio-doctor-test"
exit 0
`

/** What doctor finds of the devices, as code and found. */
function devices(groups: string, before = ':'): string[] {
  const command = ['-m', 'sh', '-c', inOwnDev, 'sh', groups, process.execPath, main, 'doctor', '--json']
  const env = { ...plainEnvironment(), work: folder, before }
  const { stdout, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env })
  expect(stderr).toBe('')
  const { findings } = JSON.parse(stdout) as { findings: { check: string; code?: string; found: string }[] }
  return findings.filter(({ check }) => check === 'devices').map(({ code, found }) => `${code}: ${found}`)
}

const privileged =
  spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt && mknod /mnt/x c 81 0']).status === 0
const why = 'only root may make device nodes'

test('allowed, in the group, and nothing behind them', ({ skip }) => {
  skip(!privileged, why)
  expect(devices('--groups=44')).toEqual([
    'ERR_DEVICE_GONE: /dev/media0, /dev/video0: no device is behind the node (ENXIO)',
  ])
})

test('not in the group', ({ skip }) => {
  skip(!privileged, why)
  expect(devices('--clear-groups')).toEqual([
    'ERR_PERMISSION: /dev/media0, /dev/video0: it belongs to group 44 (mode 660), and user 0 has the groups 0 (EACCES)',
  ])
})

test('in the group, but no rule of the device cgroup', ({ skip }) => {
  const group = '"$work/cgroup/mio-doctor-test"'
  const rule = `mount -t cgroup -o devices none "$work/cgroup"; mkdir ${group}; echo 'c 250:* rwm' > ${group}/devices.deny; echo 0 > ${group}/tasks`
  const possible =
    privileged && spawnSync('unshare', ['-m', 'mount', '-t', 'cgroup', '-o', 'devices', 'none', '/mnt']).status === 0
  skip(!possible, 'this machine has no device cgroup that files control')
  expect(devices('--groups=44', rule)).toEqual([
    "ERR_DEVICE_RULE: /dev/media0: the container's device rules forbid it (EPERM)",
    'ERR_DEVICE_GONE: /dev/video0: no device is behind the node (ENXIO)',
  ])
})

test('not there', ({ skip }) => {
  skip(!privileged, why)
  expect(devices('--groups=44', 'rm "$work/dev/media0" "$work/dev/video0"')).toEqual([])
})
