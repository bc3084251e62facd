import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boardOf } from '../../lib/machine/board.ts'
import { holdersOf } from '../../lib/machine/holders.ts'
import { thisMachine } from '../../lib/machine/machine.ts'

const machine = thisMachine()
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mio-this-machine-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

test('opens devices, and tells by errno why not', () => {
  expect(machine.open('/dev/null')).toBeUndefined()
  expect(machine.open('/dev/no-such-device')).toBe('ENOENT')
})

test('a node with nothing behind it is told from one that must not be opened', ({ skip }) => {
  const node = join(folder, 'video')
  // Number 81:200 is a video device, and no machine has that many.
  skip(spawnSync('mknod', [node, 'c', '81', '200']).status !== 0, 'only root can make device nodes')
  const { stderr } = spawnSync('cat', [node], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  skip(/Operation not permitted/.test(stderr), 'a container lets nobody open video devices')
  expect(machine.open(node)).toBe('ENXIO')
  chmodSync(node, 0o640)
  expect(machine.owner(node)).toMatchObject({ uid: process.getuid!(), mode: 0o640 })
})

test('finds who holds a file, and who has locked it', async () => {
  const device = join(folder, 'device')
  writeFileSync(device, '')
  // libcamera locks a camera's media device with lockf, as this does.
  const locking =
    'import fcntl, sys; f = open(sys.argv[1], "r+"); fcntl.lockf(f, fcntl.LOCK_EX); print("locked", flush=True); sys.stdin.read()'
  const holder = spawn('python3', ['-c', locking, device], { env: { PATH: process.env['PATH'] } })
  try {
    await once(holder.stdout, 'data')
    expect(holdersOf(machine, [device])).toEqual([
      { pid: holder.pid, name: 'python3', device, locked: true, ours: false },
    ])
  } finally {
    holder.kill()
    await once(holder, 'exit')
  }
  expect(holdersOf(machine, [device])).toEqual([])
})

test('knows its kernel', () => {
  expect(boardOf(machine).kernel.release).toMatch(/^\d+\.\d+/)
})
