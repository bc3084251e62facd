// The types that programs are written against. `npm run lint` compiles this file; what it says at run time is little.
import type { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Express, RequestHandler, Router } from 'express'
import { describe, expectTypeOf, test } from 'vitest'
import * as mio from '../../lib/index.ts'
import type * as server from '../../lib/server/index.ts'
import type * as testing from '../../lib/testing/index.ts'

describe('cameras', () => {
  test('opening', () => {
    expectTypeOf(mio.openCamera).parameter(0).toEqualTypeOf<mio.CameraOptions | undefined>()
    expectTypeOf(mio.openCamera).returns.resolves.toEqualTypeOf<mio.Camera>()
    expectTypeOf<mio.CameraOptions>().toHaveProperty('camera').toEqualTypeOf<number | string | undefined>()
    expectTypeOf<mio.CameraOptions>()
      .toHaveProperty('encoder')
      .toEqualTypeOf<'auto' | 'passthrough' | 'v4l2-m2m' | 'turbojpeg' | undefined>()
    expectTypeOf<{ width: 640; height: 480; fps: 30 }>().toExtend<mio.CameraOptions>()
    expectTypeOf<{ widht: 640 }>().not.toExtend<mio.CameraOptions>()
    expectTypeOf<{ rotation: 45 }>().not.toExtend<mio.CameraOptions>()
  })

  test('listing', () => {
    expectTypeOf(mio.listCameras).returns.resolves.toEqualTypeOf<mio.CameraInfo[]>()
    expectTypeOf<mio.CameraInfo['pictures']>().toEqualTypeOf<readonly mio.PictureSize[]>()
    expectTypeOf<mio.CameraInfo['backend']>().toEqualTypeOf<'libcamera' | 'synthetic'>()
    expectTypeOf(mio.libcameraVersion).returns.resolves.toEqualTypeOf<mio.LibcameraVersion | undefined>()
    expectTypeOf<mio.LibcameraVersion>().toEqualTypeOf<{ readonly version: string; readonly builtFor: string }>()
    expectTypeOf(mio.version).toBeString()
  })

  test('hot-plug', () => {
    expectTypeOf(mio.watchCameras).parameter(0).toEqualTypeOf<(cameras: mio.CameraInfo[]) => void>()
    const watch = () => mio.watchCameras(() => {})
    expectTypeOf(watch).returns.resolves.toEqualTypeOf<mio.CameraWatch>()
    expectTypeOf<mio.CameraWatch>().toExtend<AsyncDisposable>()
  })

  test('a camera', () => {
    expectTypeOf<mio.Camera>().toExtend<mio.FrameSource & AsyncDisposable>()
    expectTypeOf<mio.LastingCamera>().toExtend<mio.FrameSource & AsyncDisposable>()
    expectTypeOf<mio.Camera['mode']>().toEqualTypeOf<mio.CameraMode>()
    expectTypeOf<mio.CameraMode['sensor']>().toEqualTypeOf<mio.SensorMode | undefined>()
    expectTypeOf<mio.Camera['state']>().toEqualTypeOf<mio.CameraState>()
    expectTypeOf<mio.CameraState['status']>().toEqualTypeOf<'starting' | 'live' | 'waiting' | 'idle' | 'closed'>()
    expectTypeOf<mio.Camera['encoder']>().toEqualTypeOf<mio.EncoderInfo>()
    expectTypeOf<mio.Camera['settings']>().toEqualTypeOf<mio.CaptureSettings>()
    expectTypeOf<mio.Camera['statistics']>().returns.toEqualTypeOf<mio.CameraStatistics>()
    expectTypeOf<mio.Camera['reconfigure']>().parameter(0).toEqualTypeOf<mio.CapturePatch>()
    expectTypeOf<mio.Camera['onEncoder']>().parameter(0).toEqualTypeOf<mio.EncoderListener>()
    expectTypeOf<ConstructorParameters<typeof mio.LastingCamera>[0]>().toEqualTypeOf<
      mio.LastingCameraOptions | undefined
    >()
    expectTypeOf<mio.LastingCameraOptions>().toExtend<mio.CameraOptions>()
    expectTypeOf<mio.LastingCameraOptions['idleSeconds']>().toEqualTypeOf<number | undefined>()
    // Only `openCamera` makes one.
    expectTypeOf<typeof mio.Camera>().not.toExtend<new (...args: never[]) => unknown>()
  })

  test('its events', () => {
    expectTypeOf<mio.CameraEvents['fault']>().toEqualTypeOf<[mio.MioError]>()
    expectTypeOf<mio.CameraEvents['state']>().toEqualTypeOf<[mio.CameraState]>()
    const listen = (camera: mio.Camera) =>
      camera.on('fault', (error) => expectTypeOf(error).toEqualTypeOf<mio.MioError>())
    expectTypeOf(listen).returns.toEqualTypeOf<mio.Camera>()
  })

  test('its controls', () => {
    expectTypeOf<mio.Camera['controls']>().toEqualTypeOf<Readonly<Record<string, mio.Control>>>()
    expectTypeOf<number | boolean | string | mio.Rectangle | mio.Size | mio.Point>().toExtend<mio.ControlValue>()
    expectTypeOf<mio.Camera['setControls']>().returns.resolves.toBeVoid()
  })
})

describe('frames', () => {
  test('in turn, as one, and as streams', () => {
    const jpegs = (camera: mio.Camera) => [camera.frames(), camera.frames({ format: 'jpeg' })]
    expectTypeOf(jpegs).returns.toEqualTypeOf<mio.FrameIterator[]>()
    expectTypeOf<mio.FrameIterator>().toExtend<AsyncIterableIterator<mio.Frame> & AsyncDisposable>()
    expectTypeOf<mio.Camera['frame']>().parameter(0).toEqualTypeOf<mio.FrameWish | undefined>()
    expectTypeOf<mio.Camera['frame']>().returns.resolves.toEqualTypeOf<mio.Frame>()
    expectTypeOf<mio.Camera['snapshot']>().returns.resolves.toEqualTypeOf<Buffer>()
    expectTypeOf<mio.Camera['still']>().returns.resolves.toEqualTypeOf<mio.Frame>()
    expectTypeOf<mio.Camera['readable']>().returns.toEqualTypeOf<Readable>()
    expectTypeOf<mio.Camera['webReadable']>().returns.toEqualTypeOf<ReadableStream<Uint8Array>>()
  })

  test('raw ones', () => {
    const raw = (camera: mio.Camera, format: mio.RawFormat) => camera.frames({ format })
    expectTypeOf(raw).returns.toEqualTypeOf<mio.FrameIterator<mio.RawFrame>>()
    expectTypeOf<mio.RawFormat>().toEqualTypeOf<'yuv420' | 'nv12'>()
    expectTypeOf<mio.RawFrame>().toExtend<mio.FrameInfo & Disposable>()
    expectTypeOf<mio.RawFrame['planes']>().toEqualTypeOf<readonly mio.RawPlane[]>()
    expectTypeOf<mio.RawFrame['retain']>().returns.toEqualTypeOf<mio.RawFrame>()
    expectTypeOf<mio.RawPlane>().toEqualTypeOf<{
      readonly data: Buffer
      readonly stride: number
      readonly width: number
      readonly height: number
    }>()
    expectTypeOf<mio.CameraMode['raw']>().toEqualTypeOf<mio.RawMode | undefined>()
    expectTypeOf<mio.CameraOptions>().toHaveProperty('rawSize').toEqualTypeOf<string | undefined>()
    const wrong = (camera: mio.Camera) =>
      // @ts-expect-error: there is no such format
      camera.frames({ format: 'rgb' })
    expectTypeOf(wrong).toBeFunction()
  })

  test('a frame', () => {
    expectTypeOf<mio.Frame>().toExtend<mio.FrameInfo & Disposable>()
    expectTypeOf<mio.Frame['data']>().toEqualTypeOf<Buffer>()
    expectTypeOf<mio.Frame['retain']>().returns.toEqualTypeOf<mio.Frame>()
    expectTypeOf<mio.FrameInfo['monotonic']>().toEqualTypeOf<bigint>()
  })
})

test('errors', () => {
  expectTypeOf<mio.MioError>().toExtend<Error>()
  expectTypeOf<mio.MioError['code']>().toEqualTypeOf<mio.ErrorCode>()
  expectTypeOf<'ERR_LIBCAMERA_UNAVAILABLE' | 'ERR_NO_CAMERA'>().toExtend<mio.ErrorCode>()
  expectTypeOf<'ERR_NOT_OURS'>().not.toExtend<mio.ErrorCode>()
})

test('the log', () => {
  expectTypeOf(mio.setLogListener).parameter(0).toEqualTypeOf<((line: mio.LogLine) => void) | undefined>()
})

test('the server', () => {
  expectTypeOf<typeof server.createApp>().returns.toEqualTypeOf<Express>()
  expectTypeOf<typeof server.createApp>().parameter(0).toEqualTypeOf<server.AppOptions>()
  expectTypeOf<typeof server.mjpegRouter>().returns.toEqualTypeOf<Router>()
  expectTypeOf<typeof server.mjpegRouter>().parameter(0).toEqualTypeOf<mio.FrameSource>()
  expectTypeOf<typeof server.mjpegRouter>().parameter(1).toEqualTypeOf<server.MjpegRouterOptions | undefined>()
  expectTypeOf<typeof server.snapshotHandler>().returns.toEqualTypeOf<RequestHandler>()
  expectTypeOf<typeof server.closeStreams>().parameter(0).toEqualTypeOf<readonly mio.FrameSource[]>()
  expectTypeOf<typeof server.closeStreams>().returns.resolves.toBeVoid()
  expectTypeOf<typeof server.serve>().parameter(1).toEqualTypeOf<server.ServeOptions>()
  expectTypeOf<typeof server.serve>().returns.resolves.toEqualTypeOf<server.Service>()
})

test('testing', () => {
  expectTypeOf<testing.ScriptedSource>().toExtend<mio.FrameSource & AsyncDisposable>()
  expectTypeOf<typeof testing.syntheticCamera>().returns.resolves.toEqualTypeOf<mio.Camera>()
  expectTypeOf<typeof testing.pictures>().returns.resolves.toEqualTypeOf<Buffer[]>()
})
