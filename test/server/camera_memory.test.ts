import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MioError } from '../../lib/camera/errors.ts'
import { CameraMemory } from '../../lib/server/camera_memory.ts'
import { type Log, silent } from '../../lib/server/log.ts'
import { ScriptedSource } from '../kit/scripted_source.ts'

let folder: string
const warn = vi.fn<Log['warn']>()
const log = { ...silent, warn }
const jpeg = Buffer.alloc(0)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mio-state-'))
  warn.mockClear()
})

afterEach(() => rmSync(folder, { recursive: true }))

const file = () => join(folder, 'scripted.json')
const remembered = () => JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>

async function change(): Promise<void> {
  const memory = new CameraMemory(new ScriptedSource([jpeg]), folder, log)
  await memory.setControls({ Brightness: 0.5 })
  await memory.reconfigure({ fps: 10, quality: 60 })
}

test('what was set is set again in the next run', async () => {
  await change()
  const source = new ScriptedSource([jpeg])
  void new CameraMemory(source, folder, log)
  await vi.waitFor(() => expect(source.asked).toHaveLength(2))
  expect(source.asked).toEqual([{ reconfigure: { fps: 10, quality: 60 } }, { set: { Brightness: 0.5 } }])
  expect(warn).not.toHaveBeenCalled()
})

test('it waits for the camera, under the id that the camera then has', async () => {
  await change()
  const source = new ScriptedSource([jpeg], { id: 'cam0' })
  source.state = { status: 'starting', since: new Date() }
  void new CameraMemory(source, folder, log)
  expect(source.asked).toEqual([])
  Object.assign(source, { id: 'scripted' })
  source.change({ status: 'live' })
  await vi.waitFor(() => expect(source.asked).toHaveLength(2))
})

test('a camera that is lost while it is set gets it when it is there again, and then never again', async () => {
  await change()
  const source = new ScriptedSource([jpeg])
  let losses = 1
  source.reconfigure = async () => void (losses-- > 0 && source.change({ status: 'waiting' }))
  const memory = new CameraMemory(source, folder, log)
  await vi.waitFor(() => expect(source.asked).toEqual([{ set: { Brightness: 0.5 } }]))
  for (let i = 0; i < 2; i++) source.change({ status: 'live' })
  await vi.waitFor(() => expect(source.asked).toHaveLength(2))
  // In turn with what the second change of state would have caused.
  await memory.setControls({ Brightness: 0.1 })
  expect(source.asked.slice(1)).toEqual([{ set: { Brightness: 0.5 } }, { set: { Brightness: 0.1 } }])
})

test('a reset is remembered too', async () => {
  const source = new ScriptedSource([jpeg])
  const memory = new CameraMemory(source, folder, log)
  await memory.setControls({ Brightness: 0.5 })
  await memory.resetControls()
  expect(remembered()).toEqual({ version: 1, controls: {}, settings: {} })
})

test('whoever changes the configuration since then gets what it says', async () => {
  await change()
  const source = new ScriptedSource([jpeg])
  source.settings = { ...source.settings, fps: 15 }
  void new CameraMemory(source, folder, log)
  await vi.waitFor(() => expect(source.asked).toHaveLength(2))
  expect(source.asked[0]).toEqual({ reconfigure: { quality: 60 } })
  expect(remembered()).toMatchObject({ settings: { quality: { configured: 80, now: 60 } } })
})

test('what the camera refuses is neither remembered nor lost', async () => {
  const source = new ScriptedSource([jpeg])
  const memory = new CameraMemory(source, folder, log)
  await memory.setControls({ Brightness: 0.5 })
  await expect(memory.setControls({ Sparkle: 1 })).rejects.toBeInstanceOf(MioError)
  expect(remembered()).toMatchObject({ controls: { Brightness: 0.5 } })
})

test('of several remembered controls, those that the camera still has are set', async () => {
  const state = { version: 1, controls: { Sparkle: 1, Brightness: 0.5 }, settings: {} }
  writeFileSync(file(), JSON.stringify(state))
  const source = new ScriptedSource([jpeg])
  void new CameraMemory(source, folder, log)
  await vi.waitFor(() => expect(source.controls['Brightness']!.value).toBe(0.5))
  expect(warn).toHaveBeenCalledWith(expect.objectContaining({ values: { Sparkle: 1 } }), expect.any(String))
})

test.each([
  [''],
  ['{"version":1,"contr'],
  ['[]'],
  ['{"version":2}'],
  ['\0\0\0\0'],
  ['{"version":1,"controls":{"Brightness":null},"settings":{}}'],
])('a broken file is set aside and said: %j', async (text) => {
  writeFileSync(file(), text)
  const source = new ScriptedSource([jpeg])
  const memory = new CameraMemory(source, folder, log)
  await memory.setControls({ Brightness: 0.1 })
  expect(remembered()).toMatchObject({ controls: { Brightness: 0.1 } })
  expect(readFileSync(`${file()}.broken`, 'utf8')).toBe(text)
  expect(warn).toHaveBeenCalledOnce()
})

test('a folder that cannot be written is said, and the control is set', async () => {
  const source = new ScriptedSource([jpeg])
  writeFileSync(join(folder, 'not-a-folder'), '')
  const memory = new CameraMemory(source, join(folder, 'not-a-folder'), log)
  await memory.setControls({ Brightness: 0.5 })
  expect(source.controls['Brightness']!.value).toBe(0.5)
  expect(warn).toHaveBeenCalled()
})

test('a writer that is killed at any moment leaves a whole file, the old or the new', async () => {
  const path = join(folder, 'killed.json')
  const script = `
    import { writeWhole } from ${JSON.stringify(join(import.meta.dirname, '../../dist/server/state_file.js'))}
    for (let i = 0; ; i++) {
      await writeWhole(${JSON.stringify(path)}, JSON.stringify({ i, filling: 'x'.repeat(200_000), end: i }))
      process.stdout.write(i + '\\n')
    }`
  for (let round = 0; round < 15; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let written = -1
    child.stdout.on('data', (chunk: Buffer) => (written = Number(chunk.toString().trim().split('\n').at(-1))))
    // Another moment of the writing in each round.
    await vi.waitFor(() => expect(written).toBeGreaterThan(round), { timeout: 20_000, interval: 1 })
    child.kill('SIGKILL')
    await once(child, 'close')
    const { i, end, filling } = JSON.parse(readFileSync(path, 'utf8')) as { i: number; end: number; filling: string }
    expect({ end, length: filling.length }).toEqual({ end: i, length: 200_000 })
    expect(i).toBeGreaterThanOrEqual(written)
  }
  expect(readdirSync(folder).filter((name) => !/^killed\.json(\.new)?$/.test(name))).toEqual([])
})
