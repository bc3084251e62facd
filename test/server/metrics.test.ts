import { execFile } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { startService, type TestService } from '../kit/server.ts'
import { plainEnvironment } from '../kit/process_environment.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

let camera: LastingCamera
let service: TestService

beforeEach(async () => {
  camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240 })
  service = await startService({ sources: [camera] })
  await camera.start()
})

afterEach(async () => {
  await service.close()
  await camera.close()
})

async function scrape(): Promise<string> {
  const answer = await fetch(`${service.url}/metrics`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return answer.text()
}

/** The value of a series; undefined when there is none. */
function value(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

function promtool(text: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile('promtool', ['check', 'metrics'], { env: plainEnvironment() }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') return reject(error)
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr })
    })
    child.stdin!.end(text)
  })
}

test('Prometheus has nothing to say against the metrics', async () => {
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  await viewer.until(() => viewer.received > 5)
  expect(await promtool(await scrape())).toEqual({ code: 0, output: '' })
  // And would have: a test that cannot fail is none.
  expect((await promtool('a_total_count 1\n')).code).not.toBe(0)
})

test('they tell what happened', async () => {
  const before = await scrape()
  expect(value(before, 'motioninocean_camera_up{camera="synthetic"}')).toBe(1)
  expect(value(before, 'motioninocean_clients{camera="synthetic",delivery="native"}')).toBe(0)
  expect(value(before, 'motioninocean_frames_total{camera="synthetic",stage="delivered"}')).toBeLessThanOrEqual(1)

  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  await viewer.until(() => viewer.received > 10)
  const text = await scrape()
  expect(value(text, 'motioninocean_clients{camera="synthetic",delivery="native"}')).toBe(1)
  expect(value(text, 'motioninocean_clients{camera="synthetic",delivery="javascript"}')).toBe(0)
  expect(value(text, 'motioninocean_clients_joined_total{camera="synthetic"}')).toBe(1)
  const sent = value(text, 'motioninocean_client_frames_sent_total{camera="synthetic"}')!
  expect(sent).toBeGreaterThanOrEqual(10)
  expect(value(text, 'motioninocean_frames_total{camera="synthetic",stage="delivered"}')).toBeGreaterThanOrEqual(sent)
  expect(value(text, 'motioninocean_client_sent_bytes_total{camera="synthetic"}')).toBeGreaterThan(10_000)
  expect(value(text, 'motioninocean_pool_slots{camera="synthetic"}')).toBe(camera.statistics().pool.slots)
  expect(text).toMatch(
    /^motioninocean_camera_info\{camera="synthetic",name="[^"]+",backend="synthetic",encoder="turbojpeg"/m,
  )

  const bucket = (le: string) =>
    value(text, `motioninocean_frame_latency_seconds_bucket{camera="synthetic",le="${le}"}`)!
  const count = value(text, 'motioninocean_frame_latency_seconds_count{camera="synthetic"}')!
  expect(count).toBeGreaterThanOrEqual(10)
  expect(bucket('+Inf')).toBe(count)
  expect(bucket('5')).toBe(count)
  expect(bucket('0.005')).toBeLessThanOrEqual(bucket('0.5'))
  expect(value(text, 'motioninocean_frame_latency_seconds_sum{camera="synthetic"}')).toBeGreaterThan(0)
})

test('a scrape counts nothing twice, and a camera that is gone is down', async () => {
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg?frames=5`)
  await viewer.end()
  await until(
    async () => value(await scrape(), 'motioninocean_clients_left_total{camera="synthetic",reason="ended"}') === 1,
  )
  const sent = 'motioninocean_client_frames_sent_total{camera="synthetic"}'
  expect(value(await scrape(), sent)).toBe(5)
  expect(value(await scrape(), sent)).toBe(5)
  await camera.close()
  expect(value(await scrape(), 'motioninocean_camera_up{camera="synthetic"}')).toBe(0)
})
