// What a process does to an addon: each case in a process of its own, which must end by itself, with the
// right exit code and by no signal.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { virtualCameras, Webcams } from '../kit/environment.ts'

// `npm run test:package` runs this under AddressSanitizer too, whose runtime must come before all else.
const asan = process.env['TEST_ASAN']
const sanitized = asan ? { LD_PRELOAD: `${asan}:${process.env['LD_PRELOAD']}` } : {}

const webcams = new Webcams()
let cameras: Disposable

beforeAll(async () => {
  const size = [{ width: 320, height: 240, frame_rates: [30] }]
  cameras = virtualCameras({ Virtual0: { supported_formats: size }, Virtual1: { supported_formats: size } })
  await webcams.plug(0)
})
afterAll(() => {
  cameras[Symbol.dispose]()
  webcams[Symbol.dispose]()
})

interface End {
  code: number | string | null
  signal: string | null
  stdout: string
  stderr: string
}

/** @param onOutput told when the case has written something */
function run(name: string, env: Record<string, string> = {}, onOutput = () => {}): Promise<End> {
  const file = resolve(import.meta.dirname, `cases/${name}.mjs`)
  return new Promise((settle) => {
    const child = execFile(
      // Another Node: `npm run test:package`.
      process.env['TEST_NODE'] ?? process.execPath,
      ['--expose-gc', file],
      { env: { ...process.env, ...sanitized, ...env }, timeout: 280_000 },
      (error, stdout, stderr) =>
        settle({
          code: error ? (error.code ?? null) : 0,
          signal: error?.signal ?? null,
          stdout: stdout.trim(),
          stderr,
        }),
    )
    child.stdout?.once('data', onOutput)
  })
}

const good = { code: 0, signal: null }

describe.each([
  ['synthetic', { CASE_CAMERA: 'synthetic' }],
  ['libcamera virtual', { CASE_CAMERA: 'Virtual0', LCSHIM_FPS: '120' }],
  ['libcamera uvcvideo', { CASE_CAMERA: webcams.id(0), LCSHIM_FPS: '120' }],
] satisfies [string, Record<string, string>][])('with a %s camera', (_, env) => {
  const other = { CASE_OTHER_CAMERA: 'Virtual1' }

  test('exit while streaming', async () => {
    expect(await run('exit_while_streaming', env)).toMatchObject(good)
  })

  test('exit, and workers terminated, while the addon sends to viewers', async () => {
    expect(await run('exit_while_delivering', env)).toMatchObject({ ...good, stdout: '200' })
  })

  test('the process ends by itself after close, with a frame still held', async () => {
    expect(await run('end_of_main', env)).toMatchObject({ ...good, stdout: 'true' })
  })

  test('an error in a listener reaches uncaughtException', async () => {
    expect(await run('uncaught_in_listener', env)).toMatchObject({ ...good, stdout: 'caught boom' })
  })

  test('without a handler it ends the process as any error does', async () => {
    const end = await run('uncaught_ends_process', env)
    expect(end).toMatchObject({ code: 1, signal: null })
    expect(end.stderr).toContain('Error: boom')
  })

  test('workers terminated while opening, streaming and closing', { timeout: 300_000 }, async () => {
    expect(await run('worker_terminated', env)).toMatchObject({ ...good, stdout: '20 workers' })
  })

  test('the main thread and a worker at once, with a camera each', async () => {
    expect(await run('main_and_worker', { ...env, ...other })).toMatchObject({ ...good, stdout: '0' })
  })

  test('the main thread and a worker at once, with one camera', async () => {
    expect(await run('main_and_worker', env)).toMatchObject({ ...good, stdout: '0' })
  })

  test('two workers and the main thread, with one camera', async () => {
    expect(await run('two_workers', env)).toMatchObject({ ...good, stdout: 'left with 0\n0' })
  })

  test('the last reference dropped while frames come', async () => {
    expect(await run('collected_while_streaming', env)).toMatchObject({ ...good, stdout: 'ffd8' })
  })

  test('frames that are never released', async () => {
    expect(await run('forgotten_frames', env)).toMatchObject({ ...good, stdout: 'MIO_FRAME_NOT_RELEASED 0\n0' })
  })

  test('ten thousand frames at once that are never released', async () => {
    expect(await run('ten_thousand_frames', env)).toMatchObject({
      ...good,
      stdout: 'true 0 true\nMIO_FRAME_NOT_RELEASED\n0',
    })
  })

  test('a frame used after close, and released twice', async () => {
    expect(await run('frame_after_close', env)).toMatchObject({
      ...good,
      stdout: 'ffd8 1\nffd8 1\nERR_FRAME_RELEASED 0',
    })
  })

  test('opened and closed 200 times without a leak', { timeout: 300_000 }, async () => {
    const end = await run('open_close_200', env)
    expect(end).toMatchObject(good)
    const { before, after } = JSON.parse(end.stdout) as Record<
      'before' | 'after',
      { descriptors: number; threads: number; rss: number; external: number }
    >
    expect(after.descriptors).toBe(before.descriptors)
    expect(after.threads).toBe(before.threads)
    // Buffers of the slots, whose memory is given back sooner: those of one camera are 10 MB.
    expect(after.external - before.external).toBeLessThan(32 * 1024 * 1024)
    // A leaked slot, buffer or mapping of one cycle alone would be more than this over 200. A sanitizer keeps records of
    // its own of each thread and of what was freed.
    expect(after.rss - before.rss).toBeLessThan((asan ? 64 : 16) * 1024 * 1024)
  })
})

test('unplugged while a frame is held', async () => {
  const env = { CASE_CAMERA: webcams.id(0), LCSHIM_FPS: '120' }
  const end = await run('unplugged_with_frame', env, () => webcams.unplug(0))
  await webcams.plug(0)
  expect(end).toMatchObject({ ...good, stdout: 'holding\nERR_CAMERA_UNPLUGGED true\n0' })
})
