// What the tests in the guest share. Everything waits for a condition, with limits for a slow machine.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { listCameras, openCamera } from 'motioninocean'

/** Milliseconds: of a test, and of a wait in it. */
export const testLimit = 300_000
const waitLimit = 120_000

/**
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {string} what
 */
export async function until(condition, what) {
  const deadline = performance.now() + waitLimit
  for (;;) {
    const value = await condition()
    if (value) return value
    assert.ok(performance.now() < deadline, `not within ${waitLimit / 1000} s: ${what}`)
    await delay(50)
  }
}

// ---- cameras ----

/** What each camera of the virtual machine is called by libcamera. */
const names = { virtual: /^Virtual0$/, vimc: /Sensor B$/, webcam: /1d6b:0102$/ }

/** @param {keyof typeof names} kind */
export async function findCamera(kind) {
  return (await listCameras()).find(({ backendId }) => names[kind].test(backendId))
}

/**
 * Opens a camera for as long as `work` takes. Small and slow: an emulated processor encodes.
 * @template T
 * @param {keyof typeof names} kind
 * @param {import('motioninocean').CameraOptions} options
 * @param {(camera: import('motioninocean').Camera) => Promise<T>} work
 */
export async function withCamera(kind, options, work) {
  const info = await until(() => findCamera(kind), `libcamera lists the ${kind} camera`)
  const usual = { width: 320, height: 240, fps: 10, quality: 80, frameTimeout: 30_000 }
  const camera = await openCamera({ camera: info.id, ...usual, ...options })
  try {
    return await work(camera)
  } finally {
    await camera.close()
  }
}

/**
 * The next frames, their bytes kept.
 * @param {import('motioninocean').Camera} camera
 * @param {number} count
 */
export async function collect(camera, count) {
  const frames = []
  for await (const frame of camera.frames()) {
    const { sequence, timestamp, monotonic, copied } = frame
    frames.push({ sequence, timestamp, monotonic, copied, jpeg: frame.copy() })
    frame.release()
    if (frames.length === count) break
  }
  return frames
}

/** @param {{ sequence: number, monotonic: bigint, timestamp: number }[]} frames */
export function assertInOrder(frames) {
  for (const [i, frame] of frames.entries()) {
    const before = frames[i - 1]
    if (!before) continue
    assert.ok(frame.sequence > before.sequence, `sequence ${frame.sequence} after ${before.sequence}`)
    assert.ok(frame.monotonic > before.monotonic, `timestamp ${frame.monotonic} after ${before.monotonic}`)
  }
  const age = Number(process.hrtime.bigint() - (frames.at(-1)?.monotonic ?? 0n)) / 1e9
  assert.ok(age >= 0 && age < 60, `the newest was exposed ${age} s ago`)
  const wall = Math.abs(Date.now() - (frames.at(-1)?.timestamp ?? 0)) / 1000
  assert.ok(wall < 60, `by the wall clock ${wall} s ago`)
}

// ---- pictures ----

/** @param {Buffer} jpeg */
export async function decode(jpeg) {
  const { default: sharp } = await import('sharp')
  const { data, info } = await sharp(jpeg, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

/**
 * How much of the picture has each of the eight colours whose parts are either high or low, 0 to 1.
 * @param {{ data: Buffer, width: number, height: number }} picture
 * @param {{ low?: number, high?: number }} [limits]
 */
export function colourShares({ data }, { low = 70, high = 140 } = {}) {
  /** @type {Record<string, number>} */
  const shares = {}
  const letters = ['r', 'g', 'b']
  for (let at = 0; at < data.length; at += 3) {
    const parts = [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0]
    if (parts.some((part) => part > low && part < high)) continue
    const name = letters.filter((_, i) => (parts[i] ?? 0) >= high).join('') || 'black'
    shares[name] = (shares[name] ?? 0) + 3 / data.length
  }
  return shares
}

/** The colours of a bar test pattern. */
export const allColours = ['rgb', 'rg', 'gb', 'g', 'rb', 'r', 'b', 'black']

// ---- the encoders' driver ----

/** The devices on the platform bus: video11 and video31. */
export const encoders = { video11: 'bcm2835-codec.0', video31: 'bcm2835-codec.1' }

/** @param {string} device */
export const unbind = (device) => writeFileSync('/sys/bus/platform/drivers/bcm2835-codec/unbind', device)
/** @param {string} device */
export const bind = (device) => writeFileSync('/sys/bus/platform/drivers/bcm2835-codec/bind', device)

/** @type {(keyof typeof encoders)[]} */
export const deviceNames = ['video31', 'video11']

/**
 * One device at a time: of both, the better one would be taken.
 * @param {keyof typeof encoders} device
 * @param {() => Promise<void>} work
 */
export async function withOnly(device, work) {
  const other = encoders[device === 'video31' ? 'video11' : 'video31']
  unbind(other)
  try {
    await work()
  } finally {
    bind(other)
  }
}

/**
 * Sets the driver's parameters while `work` runs. test/vm/kernel/m2mjpeg/device.c tells what they are.
 * @param {Record<string, string | number>} parameters
 * @param {() => Promise<void>} work
 */
export async function withParameters(parameters, work) {
  const files = Object.entries(parameters).map(([name, value]) => [
    `/sys/module/m2mjpeg/parameters/${name}`,
    `${value}`,
  ])
  const before = files.map(([file = '']) => readFileSync(file, 'utf8'))
  try {
    for (const [file = '', value = ''] of files) writeFileSync(file, value)
    await work()
  } finally {
    for (const [i, [file = '']] of files.entries()) writeFileSync(file, before[i] ?? '')
  }
}
