// The stream as programs that nobody here wrote read it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openCamera } from '../../lib/index.ts'
import { plainEnvironment } from '../kit/environment.ts'
import { startService } from '../kit/server.ts'

const run = promisify(execFile)

test.each([
  ['guessing the format', []],
  ['as multipart JPEG', ['-f', 'mpjpeg']],
])('ffmpeg decodes the stream, %s', async (_, format) => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
  await using service = await startService({ sources: [camera] })
  const { stdout } = await run(
    'ffmpeg',
    // prettier-ignore
    ['-v', 'error', '-xerror', ...format, '-i', `${service.url}/stream.mjpg`, '-frames:v', '10', '-f', 'framehash', '-hash', 'md5', '-'],
    { env: plainEnvironment(), timeout: 25_000 },
  )
  const hashes = stdout.split('\n').filter((line) => line.startsWith('0,'))
  expect(hashes).toHaveLength(10)
  // A moving picture: no two frames are the same.
  expect(new Set(hashes.map((line) => line.split(',').at(-1))).size).toBe(10)
})
