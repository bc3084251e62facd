import { afterEach, beforeEach, expect, test } from 'vitest'
import { LastingCamera, type EncoderInfo, type MioError } from '../../lib/index.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { HardwareEncoders } from '../kit/environment.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

// Slow, so that two frame intervals are long even on a busy machine.
const fps = 10
const interval = 1000 / fps

let encoders: HardwareEncoders
let camera: LastingCamera
let service: TestService
/** What was told, and when. */
let changes: { now: EncoderInfo; fault: MioError | undefined; at: number }[]

beforeEach(() => {
  encoders = new HardwareEncoders(31)
  changes = []
})
afterEach(async () => {
  await service.close()
  await camera.close()
  expect(camera.statistics().pool.lent, 'slots still lent').toBe(0)
  encoders[Symbol.dispose]()
})

async function serve(): Promise<void> {
  camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240, fps })
  camera.onEncoder((now, fault) => changes.push({ now, fault, at: Date.now() }))
  await camera.start()
  service = await startService({ sources: [camera] })
}

/** A viewer that looks at each part: pictures of the camera only, each newer than the one before. */
class Watcher implements AsyncDisposable {
  readonly timestamps: number[] = []
  readonly #client: StreamClient
  readonly #done: Promise<void>

  static async join(): Promise<Watcher> {
    return new Watcher(await StreamClient.open(`${service.url}/stream.mjpg`))
  }

  private constructor(client: StreamClient) {
    this.#client = client
    this.#done = this.#watch()
  }

  get connected(): boolean {
    return !this.#client.closed
  }

  async #watch(): Promise<void> {
    for (;;) {
      const part = await this.#client.part().catch(() => undefined)
      if (!part) return
      expect(part.state, 'a placeholder').toBeUndefined()
      expect(part.timestamp).toBeGreaterThan(this.timestamps.at(-1) ?? 0)
      this.timestamps.push(part.timestamp)
    }
  }

  /** Waits for so many more pictures. */
  async sees(count: number): Promise<void> {
    const enough = this.timestamps.length + count
    await until(() => this.timestamps.length >= enough, { timeout: 20_000 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
    await this.#done
  }
}

/** The lines of /metrics that begin so. */
async function metrics(start: string): Promise<string[]> {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return text.split('\n').filter((line) => line.startsWith(`motioninocean_${start}`))
}

async function status(): Promise<Record<string, unknown>> {
  return (await (await fetch(`${service.url}/api/status`)).json()) as Record<string, unknown>
}

test.each([
  ['the device vanishes', 'gone', 'No such device (19)'],
  ['a call fails', 'io-error', 'VIDIOC_QBUF: Input/output error (5)'],
  ['pictures are marked as broken', 'error', 'it marked a picture as broken'],
  ['pictures are truncated', 'truncate', 'no whole JPEG'],
  ['pictures are empty', 'empty', 'it gave 0 bytes'],
  ['pictures are left out', 'skip', 'no picture came out of it'],
  ['nothing comes out of it', 'stall', 'no picture came out of it: Connection timed out'],
])('%s: the CPU takes over, the device comes back, and no viewer is disconnected', async (_, fault, reason) => {
  await serve()
  await using one = await Watcher.join()
  await using other = await Watcher.join()
  await one.sees(5)
  expect(await status()).toMatchObject({ encoder: 'v4l2-m2m', encoderFallbacks: 0 })

  encoders.on(31, fault)
  await until(() => changes.length === 1)
  await other.sees(10)
  expect(changes[0]!.fault).toMatchObject({ code: 'ERR_ENCODER' })
  expect(changes[0]!.fault!.message).toContain(reason)
  // Of what was exposed since it was known that the hardware fails, nothing is missing for longer than that.
  const { at } = changes[0]!
  for (const viewer of [one, other]) {
    expect(viewer.timestamps.find((timestamp) => timestamp >= at)! - at).toBeLessThanOrEqual(2 * interval)
  }
  const fallen = await status()
  expect(fallen).toMatchObject({
    status: 'live',
    encoder: 'turbojpeg',
    encoderDevice: null,
    encoderFallbacks: 1,
    restarts: 0,
  })
  expect(fallen['encoderReason']).toContain(reason)
  expect(await metrics('encoder_fallbacks_total')).toEqual([
    'motioninocean_encoder_fallbacks_total{camera="synthetic"} 1',
  ])

  encoders.off(31, fault)
  await until(() => changes.length === 2, { timeout: 20_000 })
  await one.sees(5)
  await other.sees(5)
  expect(changes[1]!.fault).toBeUndefined()
  expect(await status()).toMatchObject({
    encoder: 'v4l2-m2m',
    encoderDevice: '/dev/video31 (bcm2835-codec-encode_image)',
    encoderFallbacks: 1,
    clients: 2,
    restarts: 0,
  })
  expect([one.connected, other.connected]).toEqual([true, true])
  expect([...hubOf(camera).viewers].length).toBe(2)
})

test.each([
  ['into slots', undefined, 'into slots in dma-heap linux,cma', 0],
  ['by copy', 'no-dmabuf', 'into its own buffers, and from there by one copy into slots (VIDIOC_REQBUFS: ', undefined],
])('which way the JPEGs come is told in status and metrics: %s', async (_, refusal, output, copied) => {
  if (refusal) encoders.on(31, refusal)
  await serve()
  await using viewer = await Watcher.join()
  await viewer.sees(3)
  const told = await status()
  expect(told).toMatchObject({ encoderDevice: '/dev/video31 (bcm2835-codec-encode_image)' })
  expect(told['encoderOutput']).toContain(output)
  const [info] = await metrics('camera_info')
  expect(info).toContain('encoder="v4l2-m2m",device="/dev/video31 (bcm2835-codec-encode_image)"')
  expect(info).toContain(`output="${output}`)
  const [bytes] = await metrics('encoder_copied_bytes_total')
  const counted = Number(bytes!.split(' ').at(-1))
  if (copied === undefined) expect(counted).toBeGreaterThan(0)
  else expect(counted).toBe(copied)
})

test('without contiguous memory at the start the CPU encodes, and the reason is told', async () => {
  encoders.on(31, 'no-memory')
  await serve()
  await using viewer = await Watcher.join()
  await viewer.sees(3)
  const { encoder, encoderReason, encoderRefusals } = await status()
  expect(encoder).toBe('turbojpeg')
  expect(encoderReason).toContain('VIDIOC_REQBUFS: Cannot allocate memory (12)')
  expect(encoderRefusals).toBe('/dev/video31: VIDIOC_REQBUFS: Cannot allocate memory (12)')
})

test('without contiguous memory later the hardware is tried less and less often until there is some', async () => {
  await serve()
  await using viewer = await Watcher.join()
  await viewer.sees(3)
  encoders.on(31, 'no-memory')
  encoders.on(31, 'io-error')
  await until(() => changes.length === 1)
  encoders.off(31, 'io-error')
  encoders.forget()
  const attempts = () => encoders.record('video31 open').length
  // After one second and then after two more.
  await until(() => attempts() >= 1, { timeout: 20_000 })
  const first = viewer.timestamps.length
  await viewer.sees(12)
  await until(() => attempts() > 2, { timeout: 20_000 })
  expect(viewer.timestamps.length - first, 'pictures between two attempts').toBeGreaterThan(12)
  encoders.off(31, 'no-memory')
  await until(() => changes.length === 2, { timeout: 20_000 })
  expect(camera.encoder).toMatchObject({ name: 'v4l2-m2m', fallbacks: 1 })
  await viewer.sees(3)
})
