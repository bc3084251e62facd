import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { Picture } from '../kit/picture.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'

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

type Json = Record<string, unknown>

async function ask(path: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}) {
  const json = typeof body === 'string' ? body : JSON.stringify(body)
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' }
  const answer = await fetch(service.url + path, {
    method,
    headers: { ...type, ...headers },
    ...(body === undefined ? {} : { body: json }),
  })
  return { status: answer.status, body: (await answer.json()) as Json }
}

test('controls are read with range and value, and set', async () => {
  const { status, body } = await ask('/api/controls')
  expect(status).toBe(200)
  expect(body['Brightness']).toMatchObject({ type: 'float', min: -1, max: 1, default: 0, value: 0 })
  expect((await ask('/api/controls', 'PATCH', { Brightness: 0.25 })).body['Brightness']).toMatchObject({ value: 0.25 })
  expect((await ask('/cameras/synthetic/api/controls')).body['Brightness']).toMatchObject({ value: 0.25 })
  expect((await ask('/api/controls/reset', 'POST')).body['Brightness']).toMatchObject({ value: 0 })
})

test.each([
  [{ Brightness: 2 }, 'ERR_INVALID_OPTION', ['Brightness', '2', '-1 to 1']],
  [{ Brightness: 'bright' }, 'ERR_INVALID_OPTION', ['Brightness', '"bright"', 'a number']],
  [{ Brightness: null }, 'ERR_INVALID_OPTION', ['Brightness', 'null', 'expected']],
  [{ Brightness: 0.5, Sparkle: 1 }, 'ERR_UNKNOWN_CONTROL', ['Sparkle', 'this camera has']],
  [[1], 'ERR_INVALID_OPTION', ['the body']],
])('%j is refused by name, value and range, and changes nothing', async (patch, code, words) => {
  const { status, body } = await ask('/api/controls', 'PATCH', patch)
  expect({ status, code: body['code'] }).toEqual({ status: 422, code })
  for (const word of words) expect(body['message']).toContain(word)
  expect(camera.controls['Brightness']!.value).toBe(0)
})

test.each([
  ['{"Brightness":', 400, 'ERR_BAD_REQUEST'],
  ['"Brightness"', 400, 'ERR_BAD_REQUEST'],
  [`{"Brightness":"${'x'.repeat(70_000)}"}`, 413, 'ERR_TOO_LARGE'],
])('a body that is not fit is refused: %#', async (text, status, code) => {
  expect(await ask('/api/controls', 'PATCH', text)).toMatchObject({ status, body: { code } })
})

test('settings are read and changed', async () => {
  expect((await ask('/api/settings')).body).toMatchObject({ width: 320, height: 240, quality: 80 })
  expect((await ask('/api/settings', 'PATCH', { quality: 50 })).body).toMatchObject({ quality: 50 })
  expect(camera.settings.quality).toBe(50)
})

test('a change of size and rate keeps the viewers', { timeout: 60_000 }, async () => {
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  await viewer.part()
  const patch = { width: 640, height: 480, fps: 10, rotation: 180 }
  expect(await ask('/api/settings', 'PATCH', patch)).toMatchObject({ status: 200, body: patch })
  let width = 0
  while (width !== 640) {
    const { jpeg, state } = await viewer.part()
    width = state === undefined ? (await Picture.decode(jpeg)).width : 0
  }
  expect(viewer.closed).toBe(false)
  expect((await ask('/api/status')).body).toMatchObject({ width: 640, height: 480, clients: 1 })
})

test('a still is larger than the stream, which goes on', { timeout: 60_000 }, async () => {
  await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  await viewer.part()
  const answer = await fetch(`${service.url}/still.jpg`)
  expect(answer.status).toBe(200)
  expect((await Picture.decode(new Uint8Array(await answer.arrayBuffer()))).width).toBeGreaterThan(320)
  viewer.parts.length = 0
  expect((await Picture.decode((await viewer.partThat(({ state }) => state === undefined)).jpeg)).width).toBe(320)
})

test.each([
  [{ quality: 101 }, ['quality', '101', '100']],
  [{ quality: '50' }, ['quality', '"50"', 'number']],
  [{ resolution: '640x480' }, ['resolution']],
])('settings %j are refused by name and value', async (patch, words) => {
  const { status, body } = await ask('/api/settings', 'PATCH', patch)
  expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'ERR_INVALID_OPTION' })
  for (const word of words) expect(body['message']).toContain(word)
})

test('no page but our own may change something, and no GET', async () => {
  const foreign = { Origin: 'http://evil.example' }
  const form = { ...foreign, 'Content-Type': 'text/plain' }
  expect((await ask('/api/controls/reset', 'POST', undefined, foreign)).status).toBe(415)
  expect((await ask('/api/focus', 'POST', '{}', form)).status).toBe(415)
  for (const path of ['/api/controls/reset', '/api/focus']) {
    expect(await ask(path)).toMatchObject({ status: 405, body: { code: 'ERR_METHOD_NOT_ALLOWED' } })
  }
  // What a browser asks first, before it sends JSON to another origin.
  const preflight = await fetch(`${service.url}/api/controls`, {
    method: 'OPTIONS',
    headers: { ...foreign, 'Access-Control-Request-Method': 'PATCH' },
  })
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,HEAD')
  // From a program, or from the page.
  expect((await ask('/api/controls/reset', 'POST', {}, { Origin: service.url })).status).toBe(200)
  const curl = { 'Content-Type': 'application/x-www-form-urlencoded' }
  expect((await ask('/api/controls', 'PATCH', '{"Brightness":0.1}', curl)).status).toBe(200)
})

test('a camera that is not there says why', async () => {
  await camera.close()
  expect(await ask('/api/controls', 'PATCH', { Brightness: 0 })).toMatchObject({
    status: 503,
    body: { code: 'ERR_CAMERA_CLOSED' },
  })
})

describe('focus', () => {
  test('reaches the camera', async () => {
    const source = new ScriptedSource([await makeJpeg()])
    await service.close()
    service = await startService({ sources: [source] })
    expect((await ask('/api/focus', 'POST', { x: 0.25, y: 1 })).body).toEqual({ focus: 'point' })
    expect((await ask('/api/focus', 'POST')).body).toEqual({ focus: 'automatic' })
    expect(source.asked).toEqual([{ focus: { x: 0.25, y: 1 } }, { focus: undefined }])
    for (const body of [{ x: 2, y: 0 }, { x: 0.5 }, { z: 1 }, { x: '0', y: 0 }]) {
      expect(await ask('/api/focus', 'POST', body)).toMatchObject({ status: 422, body: { code: 'ERR_INVALID_OPTION' } })
    }
  })

  test('of a camera without it is refused', async () => {
    expect(await ask('/api/focus', 'POST', {})).toMatchObject({ status: 422, body: { code: 'ERR_NOT_SUPPORTED' } })
  })
})
