// The stream as programs that nobody here wrote read it.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mjpegConsumer from 'mjpeg-consumer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Camera, openCamera } from '../../lib/index.ts'
import { plainEnvironment } from '../kit/environment.ts'
import { MultipartReader } from '../kit/multipart_reader.ts'
import { differs, Picture } from '../kit/picture.ts'
import { startService, type TestService } from '../kit/server.ts'
import { until } from '../kit/until.ts'

const size = { width: 640, height: 480 }

let camera: Camera
let service: TestService
let stream: string
let folder: string

beforeEach(async () => {
  camera = await openCamera({ camera: 'synthetic', ...size })
  service = await startService({ sources: [camera] })
  stream = `${service.url}/stream.mjpg`
  folder = mkdtempSync(join(tmpdir(), 'mio-clients-'))
})

afterEach(async () => {
  await service.close()
  await camera.close()
  expect(camera.statistics().pool.lent).toBe(0)
  rmSync(folder, { recursive: true })
})

async function run(program: string, ...args: string[]): Promise<string> {
  const options = { cwd: folder, env: plainEnvironment(), timeout: 25_000 }
  return (await promisify(execFile)(program, args, options)).stdout
}

/** Pictures of the camera, of which not all are the same: it moves. */
async function expectPictures(jpegs: readonly Uint8Array[]): Promise<void> {
  const pictures = await Promise.all(jpegs.map((jpeg) => Picture.decode(jpeg)))
  for (const picture of pictures) {
    expect([picture.width, picture.height]).toEqual([size.width, size.height])
    expect(picture.isBlack()).toBe(false)
  }
  expect(differs(pictures[0]!, pictures.at(-1)!)).toBe(true)
}

const filesIn = (pattern: RegExp): string[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .toSorted()
    .map((name) => join(folder, name))

test('curl stores what it is given, and the answer ends when asked to', async () => {
  await run('curl', '-sS', '--fail', `${stream}?frames=5`, '-o', 'stream.bin')
  const boundary = /boundary=(\S+)/.exec(await run('curl', '-sSI', stream))![1]!
  const reader = new MultipartReader(boundary)
  await expectPictures(reader.push(readFileSync(join(folder, 'stream.bin'))).map(({ jpeg }) => jpeg))
  expect(reader.finished).toBe(true)
})

test.each([
  ['guessing the format', []],
  ['as multipart JPEG', ['-f', 'mpjpeg']],
])('ffmpeg decodes the stream, %s', async (_, format) => {
  // prettier-ignore
  const output = await run('ffmpeg', '-v', 'error', '-xerror', ...format, '-i', stream, '-frames:v', '10', '-f', 'framehash', '-hash', 'md5', '-')
  const hashes = output.split('\n').filter((line) => line.startsWith('0,'))
  expect(hashes).toHaveLength(10)
  // A moving picture: no two frames are the same.
  expect(new Set(hashes.map((line) => line.split(',').at(-1))).size).toBe(10)
})

test.each([
  ['guessing the format', []],
  ['as multipart JPEG', ['-f', 'mpjpeg']],
])('ffprobe tells what it is, %s', async (_, format) => {
  const entries = 'stream=codec_name,width,height,pix_fmt'
  const output = await run('ffprobe', '-v', 'error', ...format, '-show_entries', entries, '-of', 'json', stream)
  expect(JSON.parse(output)).toMatchObject({ streams: [{ codec_name: 'mjpeg', ...size, pix_fmt: 'yuvj420p' }] })
})

test('GStreamer takes the parts apart and decodes them', async () => {
  const parts = `souphttpsrc location=${stream}?frames=20 ! multipartdemux`
  const launch = (pipeline: string) => run('gst-launch-1.0', '-q', ...pipeline.split(' '))
  await launch(`${parts} ! jpegdec ! videoconvert ! pngenc ! multifilesink location=decoded%03d.png`)
  expect(filesIn(/^decoded/)).toHaveLength(20)
  await launch(`${parts} ! multifilesink location=part%03d.jpg`)
  const files = filesIn(/^part/)
  expect(files).toHaveLength(20)
  await expectPictures(files.map((file) => readFileSync(file)))
})

test('OpenCV captures it like a camera', async () => {
  writeFileSync(
    join(folder, 'capture.py'),
    `import sys, cv2
capture = cv2.VideoCapture(sys.argv[1])
for _ in range(10):
    ok, frame = capture.read()
    assert ok, 'no frame'
    print(frame.shape[1], frame.shape[0], frame.sum())
`,
  )
  // The system's Python, which is the one that Debian's OpenCV is for.
  const lines = (await run('/usr/bin/python3', 'capture.py', stream)).trim().split('\n')
  expect(lines).toHaveLength(10)
  for (const line of lines) expect(line).toMatch(/^640 480 [1-9]/)
  expect(new Set(lines).size).toBeGreaterThan(1)
})

test('mjpeg-consumer emits each picture', async () => {
  // Of two pictures that come in one piece it drops one, with every server: not too many in a second.
  const response = await fetch(`${stream}?fps=5`)
  const consumer = mjpegConsumer()
  const jpegs = new Map<string, Buffer>()
  // One that came in one piece is emitted once more with the next one: its way, too.
  consumer.on('data', (jpeg) => jpegs.set(jpeg.toString('latin1'), jpeg))
  for await (const chunk of response.body!) {
    consumer.write(chunk)
    if (jpegs.size >= 10) break
  }
  await expectPictures([...jpegs.values()])
})

test('motion watches it as a network camera', async () => {
  const settings = {
    daemon: 'off',
    target_dir: folder,
    netcam_url: stream,
    ...size,
    picture_output: 'off',
    movie_output: 'off',
    snapshot_interval: 1,
    snapshot_filename: 'shot-%Y%m%d%H%M%S-%q',
    webcontrol_port: 0,
    stream_port: 0,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`)
  writeFileSync(join(folder, 'motion.conf'), lines.join(''))
  const motion = spawn('motion', ['-c', join(folder, 'motion.conf')], { env: plainEnvironment(), stdio: 'ignore' })
  const ended = once(motion, 'exit')
  try {
    // The newest one may still be being written, and the first may be motion's own "no picture yet".
    const shots = () => filesIn(/^shot-/).slice(0, -1)
    await until(() => shots().length >= 3, { timeout: 20_000 })
    await expectPictures(
      shots()
        .slice(1)
        .map((file) => readFileSync(file)),
    )
  } finally {
    motion.kill('SIGTERM')
    await ended
  }
})
