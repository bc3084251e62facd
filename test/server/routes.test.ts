import express from 'express'
import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { MioError } from '../../lib/camera/errors.ts'
import { type Log, silent } from '../../lib/server/log.ts'
import { mjpegRouter } from '../../lib/server/mjpeg_router.ts'
import { serve } from '../../lib/server/serve.ts'
import { checkJpeg } from '../kit/multipart_reader.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'

let pictures: Buffer[]
let front: ScriptedSource
let back: ScriptedSource
let service: TestService

beforeAll(async () => {
  pictures = await Promise.all([1, 2].map((seed) => makeJpeg({ seed })))
})

beforeEach(async () => {
  front = new ScriptedSource(pictures, { id: 'front' })
  back = new ScriptedSource(pictures, { id: 'back' })
  service = await startService({ sources: [front, back] })
})

afterEach(async () => {
  await service.close()
  await vi.waitFor(() => expect(front.lent + back.lent).toBe(0))
})

async function getJson(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(service.url + path)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('/health is compact, for keyword monitors', async () => {
  const answer = await fetch(`${service.url}/health`)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('{"status":"ok"}')
})

test('/ready is 200 while every camera is live, watched or not', async () => {
  expect(await getJson('/ready')).toMatchObject({ status: 200, body: { status: 'ready', synthetic: true } })
  back.change({ status: 'waiting', code: 'ERR_CAMERA_UNPLUGGED', message: 'It is gone.' })
  expect(await getJson('/ready')).toEqual({
    status: 503,
    body: {
      status: 'not ready',
      code: 'ERR_CAMERA_UNPLUGGED',
      message: 'It is gone.',
      synthetic: true,
      cameras: [
        { id: 'front', status: 'live', backend: 'synthetic' },
        { id: 'back', status: 'waiting', backend: 'synthetic', code: 'ERR_CAMERA_UNPLUGGED' },
      ],
    },
  })
  back.change({ status: 'starting' })
  expect(await getJson('/ready')).toMatchObject({ status: 503, body: { code: 'ERR_CAMERA_STARTING' } })
  back.change({ status: 'live' })
  expect((await getJson('/ready')).status).toBe(200)
})

test('/api/status is flat', async () => {
  const { status, body } = await getJson('/api/status')
  expect(status).toBe(200)
  for (const value of Object.values(body)) expect(['string', 'number', 'object']).toContain(typeof value)
  expect(Object.values(body).filter((value) => typeof value === 'object')).toEqual(
    Object.values(body).filter((value) => value === null),
  )
  expect(body).toMatchObject({
    status: 'live',
    reason: null,
    fps: 30,
    clients: 0,
    camera: 'scripted',
    cameraId: 'front',
    encoder: 'turbojpeg',
    encoderReason: 'scripted',
    encoderDevice: null,
    encoderOutput: 'by the CPU',
    encoderRefusals: null,
    encoderFallbacks: 0,
    encoderBytesCopied: 0,
    width: 320,
    height: 240,
    mode: '320x240 NV12',
    restarts: 0,
    lastFrameAgeSeconds: null,
  })
  expect(body['version']).toMatch(/^\d+\.\d+\.\d+/)
  expect((await getJson('/cameras/back/api/status')).body).toMatchObject({ cameraId: 'back' })
})

test('/api/status tells how the sensor is read out, where the camera does', async () => {
  expect((await getJson('/api/status')).body).toMatchObject({ sensorMode: null, crop: null })
  const crop = { x: 16, y: 0, width: 4576, height: 2592 }
  const sensor = { width: 2304, height: 1296, bitDepth: 10, crop, maxFps: 56.031, fullFieldOfView: true }
  front.mode = { ...front.mode!, sensor, crop }
  expect((await getJson('/api/status')).body).toMatchObject({
    sensorMode: '2304x1296 10 bit, up to 56.03 fps, full field of view',
    crop: '4576x2592+16+0',
  })
})

test('/version and /api/cameras', async () => {
  expect((await getJson('/version')).body).toEqual({ name: 'motioninocean', version: expect.any(String) as string })
  const { body } = await getJson('/api/cameras')
  expect(body).toMatchObject([
    { id: 'front', alias: 'cam0', status: 'live', stream: 'cameras/front/stream.mjpg' },
    { id: 'back', alias: 'cam1', status: 'live', stream: 'cameras/back/stream.mjpg' },
  ])
})

test('a camera keeps its place when its id changes on being found', async () => {
  await service.close()
  front = new ScriptedSource(pictures, { id: 'cam1' })
  service = await startService({ sources: [front] })
  Object.assign(front, { id: 'imx708' })
  for (const id of ['cam1', 'imx708']) {
    expect((await getJson(`/cameras/${id}/api/status`)).body).toMatchObject({ cameraId: 'imx708' })
  }
})

test.each([
  '/snapshot.jpg',
  '/snapshot',
  '/?action=snapshot',
  '/webcam/?action=snapshot',
  '/cameras/front/snapshot.jpg',
  '/snapshot.jpg?bypassCache=1&max_age=100',
])('%s is one whole JPEG', async (path) => {
  using _run = front.run()
  const answer = await fetch(service.url + path)
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'no-store, no-transform',
    'x-timestamp': expect.stringMatching(/^\d{10}\.\d{6}$/) as string,
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'X-Request-Id,X-Timestamp',
    'cross-origin-resource-policy': 'cross-origin',
  })
  const jpeg = Buffer.from(await answer.arrayBuffer())
  expect(answer.headers.get('content-length')).toBe(String(jpeg.length))
  checkJpeg(jpeg)
  expect(await sharp(jpeg).metadata()).toMatchObject({ width: 320, height: 240 })
})

test('a snapshot waits for the first picture', async () => {
  const answer = fetch(`${service.url}/snapshot.jpg`)
  await vi.waitFor(() => expect(front.subscribers).toBe(1))
  front.emit()
  expect((await answer).status).toBe(200)
})

test('snapshots of a lost camera say why, in time for OctoPrint', async () => {
  const frame = vi
    .spyOn(front, 'frame')
    .mockRejectedValue(new MioError('ERR_SNAPSHOT_TIMEOUT', { asked: 'snapshot', found: 'no picture came' }))
  const { status, body } = await getJson('/snapshot.jpg')
  expect(status).toBe(503)
  expect(body).toMatchObject({ code: 'ERR_SNAPSHOT_TIMEOUT' })
  expect(frame).toHaveBeenCalledWith(expect.objectContaining({ timeout: 4500 }))
})

test('snapshots of a slow camera are waited for as long as two of its frames take', async () => {
  const frame = vi.spyOn(front, 'frame').mockRejectedValue(new MioError('ERR_SNAPSHOT_TIMEOUT', { found: 'none came' }))
  front.settings = { ...front.settings, fps: 0.2 }
  await getJson('/snapshot.jpg')
  front.settings = { ...front.settings, fps: 30, minFps: 0.1 }
  await getJson('/snapshot.jpg')
  expect(frame.mock.calls).toMatchObject([[{ timeout: 10_000 }], [{ timeout: 20_000 }]])
})

test('?max_age= reaches the camera', async () => {
  using _run = front.run()
  const frame = vi.spyOn(front, 'frame')
  await (await fetch(`${service.url}/snapshot.jpg?max_age=0`)).arrayBuffer()
  expect(frame).toHaveBeenLastCalledWith(expect.objectContaining({ maxAge: 0 }))
  for (const bad of ['-1', 'soon']) {
    expect(await getJson(`/snapshot.jpg?max_age=${bad}`)).toMatchObject({
      status: 400,
      body: { code: 'ERR_BAD_REQUEST' },
    })
  }
})

test('a client that leaves while it waits for a snapshot leaves nothing lent', async () => {
  let left = false
  const app = express()
  app.use((_request, response, next) => {
    response.on('close', () => (left = true))
    next()
  })
  app.use('/mine', mjpegRouter(front))
  const own = await serve(app, { port: 0, bind: '127.0.0.1', drain: async () => {} })
  const controller = new AbortController()
  const answer = fetch(`${own.url}mine/snapshot.jpg`, { signal: controller.signal }).catch(() => 'aborted')
  await vi.waitFor(() => expect(front.subscribers).toBe(1))
  controller.abort()
  expect(await answer).toBe('aborted')
  await vi.waitFor(() => expect(left).toBe(true))
  front.emit()
  expect(front.subscribers).toBe(0)
  await own.close()
})

test.each([
  ['/nothing', 404, 'ERR_NOT_FOUND'],
  ['/webcam/?action=command', 404, 'ERR_NOT_FOUND'],
  ['/cameras/side/stream.mjpg', 404, 'ERR_UNKNOWN_CAMERA'],
  ['/cameras/side/', 404, 'ERR_UNKNOWN_CAMERA'],
  ['/cameras/toString/', 404, 'ERR_UNKNOWN_CAMERA'],
  ['/cameras/%E0%A4%A/', 400, 'ERR_BAD_REQUEST'],
  ['/%2e%2e/%2e%2e/package.json', 404, 'ERR_NOT_FOUND'],
])('%s is %i %s', async (path, status, code) => {
  const { status: answered, body } = await getJson(path)
  expect({ answered, code: body['code'] }).toEqual({ answered: status, code })
  expect(body['message']).toMatch(/^[^\n]+\.$/)
})

test('methods that would change something are refused', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await fetch(`${service.url}/stream.mjpg`, { method })
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD, OPTIONS',
    })
    expect(await answer.json()).toMatchObject({ code: 'ERR_METHOD_NOT_ALLOWED' })
    expect((await fetch(`${service.url}/nothing`, { method })).status).toBe(404)
  }
})

test('what was not foreseen is logged and not told', async () => {
  await service.close()
  const error = vi.fn<Log['error']>()
  service = await startService({ sources: [front], log: { ...silent, error } })
  vi.spyOn(front, 'statistics').mockImplementation(() => {
    throw new Error('the secret path /home/pi')
  })
  const { status, body } = await getJson('/api/status')
  expect({ status, code: body['code'] }).toEqual({ status: 500, code: 'ERR_INTERNAL' })
  expect(JSON.stringify(body)).not.toContain('secret')
  expect(error).toHaveBeenCalledOnce()
})

test('the page is served with a strict policy, and without https only', async () => {
  const answer = await fetch(`${service.url}/`)
  expect(await answer.text()).toContain('<title>MotionInOcean</title>')
  const policy = answer.headers.get('content-security-policy')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toContain('upgrade-insecure-requests')
  expect(answer.headers.has('strict-transport-security')).toBe(false)
  expect(answer.headers.get('cache-control')).toBe('no-cache')
})

test('below a base path everything is there and nothing elsewhere', async () => {
  await service.close()
  service = await startService({ sources: [front], basePath: '/cam' })
  for (const path of ['/cam/', '/cam/health', '/cam/ready', '/cam/api/status', '/cam/cameras/cam0/']) {
    const { status } = await fetch(service.url + path)
    expect({ path, status }).toEqual({ path, status: 200 })
  }
  expect((await fetch(`${service.url}/health`)).status).toBe(404)
  for (const [path, location] of [
    ['/', './cam/'],
    ['/?action=stream&token=x', './cam/?action=stream&token=x'],
    ['/cam', 'cam/'],
    ['/cam/cameras/cam0', 'cam0/'],
  ] as const) {
    const answer = await fetch(service.url + path, { redirect: 'manual' })
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({ status: 302, location })
  }
})

test('short names stay as they were given, although the cameras have ids of their own by now', async () => {
  const sources = [new ScriptedSource(pictures, { id: 'left' }), new ScriptedSource(pictures, { id: 'right' })] as const
  await using named = await startService({ sources, aliases: ['cam1', 'cam0'] })
  for (const [name, id] of [
    ['cam0', 'right'],
    ['cam1', 'left'],
    ['left', 'left'],
  ] as const) {
    const status = (await (await fetch(`${named.url}/cameras/${name}/api/status`)).json()) as { cameraId: string }
    expect(status.cameraId).toBe(id)
  }
})
