// Each example does what it says, against the synthetic camera.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { root } from '../docs/snippets.ts'
import { plainEnvironment } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { StreamClient } from '../kit/stream_client.ts'

const run = promisify(execFile)

let folder: string
let child: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mio-examples-'))
})
afterEach(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGINT')
    await once(child, 'exit')
  }
  child = undefined
  rmSync(folder, { recursive: true })
})

/** Starts an example and hands over its lines. */
function start(name: string, ...args: string[]): AsyncIterator<string> {
  const file = join(root, 'examples', `${name}.mjs`)
  child = spawn(process.execPath, [file, ...args], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 2],
  })
  return createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
}

/** Its exit code, once it has ended by itself. */
async function ended(): Promise<number | null> {
  if (child!.exitCode === null) await once(child!, 'exit')
  return child!.exitCode
}

const picture = async (file: string): Promise<Picture> => Picture.decode(readFileSync(join(folder, file)))

test('timelapse', async () => {
  const lines = start('timelapse', 'synthetic', 'pictures', '0.05')
  for (let i = 0; i < 3; i++) await lines.next()
  const files = readdirSync(join(folder, 'pictures'))
  expect(files.length).toBeGreaterThanOrEqual(3)
  expect((await picture(`pictures/${files[0]}`)).width).toBe(1920)
})

test('express', async () => {
  const { value: url } = await start('express', 'synthetic', '0').next()
  expect(await (await fetch(url as string)).text()).toContain('/cam/stream.mjpg')
  await using viewer = await StreamClient.open(new URL('cam/stream.mjpg', url as string).href)
  for (let i = 0; i < 3; i++) expect((await Picture.decode((await viewer.part()).jpeg)).width).toBe(1280)
})

test('websocket', async () => {
  const { value: url } = await start('websocket', 'synthetic', '0').next()
  const sockets = [1, 2, 3].map(() => new WebSocket(url as string))
  const firsts = await Promise.all(sockets.map((socket) => once(socket, 'message')))
  for (const [jpeg] of firsts as [Buffer][]) expect((await Picture.decode(jpeg)).width).toBe(640)
  for (const socket of sockets) socket.close()
})

test('motion', async () => {
  const { value: line } = await start('motion', 'synthetic').next()
  expect(line).toMatch(/^\d{4}-.*Z something moves$/)
})

test('side by side', async () => {
  const { value: line } = await start('side_by_side', 'synthetic', 'synthetic', 'both.jpg').next()
  expect(line).toMatch(/^both.jpg after \d+ ms$/)
  expect(await ended()).toBe(0)
  const both = await picture('both.jpg')
  expect([both.width, both.height]).toEqual([1280, 480])
})

test('worker', async () => {
  const lines = start('worker', 'synthetic', '5')
  for (let i = 0; i < 5; i++) expect((await lines.next()).value).toMatch(/^frame \d+: \d+ bytes$/)
  expect(await ended()).toBe(0)
})

test('ffmpeg', async () => {
  const { value: file } = await start('ffmpeg', 'synthetic', 'film.mkv', '1').next()
  expect(await ended()).toBe(0)
  const args = ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'csv=p=0']
  const { stdout } = await run('ffprobe', [...args, join(folder, file as string)], { env: plainEnvironment() })
  const [codec, frames] = stdout.trim().split(',')
  expect(codec).toBe('mjpeg')
  expect(Number(frames)).toBeGreaterThan(5)
})

test('each example has a test', () => {
  const tested = new Set(
    [...readFileSync(import.meta.filename, 'utf8').matchAll(/\bstart\('(\w+)'/g)].map(([, name]) => `${name}.mjs`),
  )
  expect(readdirSync(join(root, 'examples')).filter((name) => !tested.has(name))).toEqual([])
})
