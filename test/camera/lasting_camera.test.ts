import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { LastingCamera, openCamera, setLogListener, watchCameras, type CameraState } from '../../lib/index.ts'
import { Webcams } from '../kit/environment.ts'
import { Picture } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

let webcams: Webcams
beforeEach(() => {
  webcams = new Webcams()
})
afterEach(() => webcams[Symbol.dispose]())

// Short, but longer than a busy machine makes a frame wait.
const quick = { width: 640, height: 480, frameTimeout: 1000 } as const

test('a camera that is missing is waited for, and found when it is plugged in', async () => {
  await using camera = new LastingCamera({ camera: webcams.id(0), ...quick })
  await camera.start()
  expect(camera.state).toMatchObject({ status: 'waiting', code: 'ERR_NO_CAMERA' })
  await expect(camera.frame({ timeout: 50 })).rejects.toMatchObject({ code: 'ERR_SNAPSHOT_TIMEOUT' })
  await webcams.plug(0)
  await until(() => camera.state.status === 'live')
  expect(camera.restarts).toBe(0)
})

test('a subscription lives through unplug and replug', async () => {
  await webcams.plug(0)
  const states: CameraState[] = []
  await using camera = new LastingCamera({ camera: 0, ...quick }, (state) => states.push(state))
  await camera.start()
  let frames = 0
  camera.subscribe(() => frames++)
  await until(() => frames > 3)
  webcams.unplug(0)
  await until(() => camera.state.status === 'waiting')
  expect(camera.state.code).toMatch(/ERR_CAMERA_UNPLUGGED|ERR_NO_CAMERA/)
  const { since } = camera.state
  // Nobody is told that there still are pictures.
  const age = camera.statistics().lastFrameAge!
  await until(() => camera.statistics().lastFrameAge! > age + 200)
  expect(camera.statistics().fps).toBe(0)
  frames = 0
  await webcams.plug(0)
  await until(() => frames > 3)
  expect(camera.restarts).toBe(1)
  expect(Object.keys(camera.restartReasons)[0]).toMatch(/ERR_CAMERA_UNPLUGGED|ERR_NO_CAMERA/)
  expect(camera.state.status).toBe('live')
  expect(camera.state.since.getTime()).toBeGreaterThanOrEqual(since.getTime())
  expect(states.map(({ status }) => status).at(0)).toBe('live')
  expect((await Picture.decode((await camera.frame()).copy())).width).toBe(640)
})

test('nothing is encoded while nobody is subscribed', async () => {
  await using camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240 })
  await camera.start()
  await until(() => camera.statistics().captured > 10)
  expect(camera.statistics().encoded).toBe(0)
  const stop = camera.subscribe(() => {})
  await until(() => camera.statistics().encoded > 3)
  stop()
  await until(() => camera.statistics().pool.lent === 0)
})

test('a stalled camera is opened again', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick })
  await camera.start()
  webcams.stall(0, true)
  await until(() => camera.state.status === 'waiting')
  expect(camera.state.code).toBe('ERR_CAMERA_STALLED')
  webcams.stall(0, false)
  await until(() => camera.state.status === 'live', { timeout: 20_000 })
  expect(camera.restarts).toBe(1)
  expect(camera.restartReasons).toEqual({ ERR_CAMERA_STALLED: 1 })
})

test('a picture is waited for over a restart, whether others watch or not', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick })
  await camera.start()
  for (const others of [true, false]) {
    let frames = 0
    const stop = others ? camera.subscribe(() => frames++) : () => {}
    await until(() => !others || frames > 0)
    webcams.stall(0, true)
    const nextWithin = (timeout: number) => camera.frame({ maxAge: 0, timeout }).then((frame) => frame.release())
    // None is on its way any more.
    await until(() =>
      nextWithin(100).then(
        () => false,
        () => true,
      ),
    )
    const asked = nextWithin(25_000)
    asked.catch(() => {})
    await until(() => camera.state.code === 'ERR_CAMERA_STALLED', { timeout: 10_000 })
    webcams.stall(0, false)
    await asked
    stop()
  }
}, 60_000)

test('the newest frame gets older while a still is waited for', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick })
  await camera.start()
  expect(camera.statistics().lastFrameAge).toBeDefined()
  const { captured } = camera.statistics()
  webcams.stall(0, true)
  const still = camera.still({ timeout: 2500 })
  still.catch(() => {})
  await until(() => camera.statistics().lastFrameAge! > 1500)
  expect(camera.statistics().captured).toBeGreaterThanOrEqual(captured)
  await expect(still).rejects.toMatchObject({ code: 'ERR_SNAPSHOT_TIMEOUT' })
  await until(() => camera.state.status === 'waiting', { timeout: 10_000 })
  expect(camera.statistics().captured).toBeGreaterThanOrEqual(captured)
})

test('what a lost camera is asked for fails with its fault, said once', async () => {
  await using camera = new LastingCamera({ camera: webcams.id(0), ...quick })
  await camera.start()
  const { fault } = camera
  await expect(camera.setControls({})).rejects.toMatchObject({
    code: 'ERR_NO_CAMERA',
    message: `set controls with camera "${camera.id}": ${fault!.found}. ${fault!.remedy}.`,
  })
})

test('it can be closed while it is opened, however long that would take', async () => {
  await webcams.plug(0)
  webcams.stall(0, true)
  await using camera = new LastingCamera({ camera: 0, ...quick, frameTimeout: 60_000 })
  const started = camera.start()
  await until(() => /STREAMON/.test(webcams.log(0)))
  await camera.close()
  await started
  expect(camera.state.status).toBe('closed')
  webcams.stall(0, false)
  await (await openCamera({ camera: 0, ...quick })).close()
})

test('what was set is set again when the camera is opened again; what it does not have is left out', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick, controls: { Contrast: 1.5, NoSuchControl: 1 } })
  await camera.start()
  await camera.setControls({ Brightness: 0.5 })
  await until(() => /CTRL Brightness 32/.test(webcams.log(0)))
  await camera.reconfigure({ quality: 33 })
  webcams.unplug(0)
  await until(() => camera.state.status === 'waiting')
  await webcams.plug(0)
  await until(() => camera.state.status === 'live', { timeout: 20_000 })
  expect(camera.controls['Brightness']?.value).toBe(0.5)
  expect(camera.controls['Contrast']?.value).toBe(1.5)
  expect(camera.settings.quality).toBe(33)
  await camera.resetControls()
  expect(camera.controls['Brightness']?.value).toBe(camera.controls['Brightness']?.default)
})

test.each(['busy', 'denied'] as const)('%s: it is waited for, by the name of what is wrong', async (fault) => {
  await webcams.plug(0)
  webcams[fault](0, true)
  await using camera = new LastingCamera({ camera: webcams.id(0), ...quick })
  await camera.start()
  expect(camera.state).toMatchObject({
    status: 'waiting',
    code: fault === 'busy' ? 'ERR_CAMERA_BUSY' : 'ERR_PERMISSION',
  })
  webcams[fault](0, false)
  await until(() => camera.state.status === 'live', { timeout: 20_000 })
  expect(camera.restarts).toBe(0)
})

test('watchCameras tells what comes and goes', async () => {
  const seen: string[][] = []
  await using _ = await watchCameras((cameras) => seen.push(cameras.map(({ backendId }) => backendId)))
  await webcams.plug(0)
  await until(() => seen.at(-1)?.includes(webcams.id(0)))
  webcams.unplug(0)
  await until(() => seen.at(-1)?.join() === 'synthetic')
})

test('as long as it stalls, each attempt gets a libcamera that was started anew', async () => {
  let starts = 0
  onTestFinished(() => setLogListener(undefined))
  setLogListener(({ message }) => {
    if (/\blibcamera v\d/.test(message)) starts++
  })
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick })
  await camera.start()
  webcams.stall(0, true)
  await until(() => camera.state.code === 'ERR_CAMERA_STALLED')
  const before = starts
  await until(() => starts >= before + 2, { timeout: 25_000 })
  webcams.stall(0, false)
  await until(() => camera.state.status === 'live', { timeout: 25_000 })
}, 60_000)

test('another camera at the same index never takes its place', async () => {
  await webcams.plug(0)
  await using camera = new LastingCamera({ camera: 0, ...quick })
  await camera.start()
  const { id } = camera
  await webcams.plug(1)
  webcams.unplug(0)
  await until(() => camera.state.code === 'ERR_NO_CAMERA', { timeout: 10_000 })
  expect(camera.id).toBe(id)
  expect(camera.state.status).toBe('waiting')
})

test('two names never mean one camera', async () => {
  const others: LastingCamera[] = []
  for (const camera of [0, 1, webcams.id(0)]) others.push(new LastingCamera({ camera, ...quick, others }))
  const [first, second, third] = others as [LastingCamera, LastingCamera, LastingCamera]
  const busy = { status: 'waiting', code: 'ERR_CAMERA_BUSY' }
  try {
    await webcams.plug(0)
    await Promise.all(others.map((camera) => camera.start()))
    expect([first, third].map(({ state }) => state.status).toSorted()).toEqual(['live', 'waiting'])
    expect([first, third].find(({ state }) => state.status === 'waiting')!.state).toMatchObject(busy)
    expect(second.state).toMatchObject({ status: 'waiting', code: 'ERR_NO_CAMERA' })
    // As second, the first one comes back.
    webcams.unplug(0)
    await webcams.plug(1)
    await webcams.plug(0)
    await until(() => [first, third].some(({ state }) => state.status === 'live'), { timeout: 20_000 })
    await until(() => second.state.status === 'live' || second.state.code === 'ERR_CAMERA_BUSY', { timeout: 20_000 })
    const live = others.filter(({ state }) => state.status === 'live')
    expect(new Set(live.map(({ id }) => id)).size).toBe(live.length)
  } finally {
    await Promise.all(others.map((camera) => camera.close()))
  }
})

test('a bad option is an error at once', () => {
  expect(() => new LastingCamera({ fps: -1 })).toThrowError(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }))
})
