/// <reference lib="dom" />
// What the page changes arrives at the camera, and what it shows is what the camera has.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { Webcams } from '../kit/environment.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { startService } from '../kit/server.ts'
import { visitor } from './visit.ts'

const visit = visitor()

let webcams: Webcams
beforeEach(async () => {
  webcams = new Webcams()
  await webcams.plug(0)
})
afterEach(() => webcams[Symbol.dispose]())

test('a slider sets the control on the device, and stands there after a reload; reset brings it back', async () => {
  await using camera = new LastingCamera({ camera: webcams.id(0), width: 640, height: 480 })
  await camera.start()
  await using service = await startService({ sources: [camera] })
  const v = await visit()
  await v.goto(service.url)
  const slider = v.page.locator('#control-Brightness')
  await slider.waitFor()
  const before = await slider.inputValue()
  const { max } = camera.controls['Brightness']!
  // As the arrow keys do: to the right end.
  await slider.focus()
  await v.page.keyboard.press('End')
  await vi.waitFor(() => expect(webcams.log(0)).toMatch(/S_CTRL .*\d/), 10_000)
  await vi.waitFor(() => expect(camera.controls['Brightness']!.value).toBe(max), 10_000)

  await v.page.reload({ waitUntil: 'domcontentloaded' })
  await slider.waitFor()
  expect(Number(await slider.inputValue())).toBe(max)

  await v.page.click('#reset')
  await vi.waitFor(async () => expect(await slider.inputValue()).toBe(before), 10_000)
  expect(await v.text('control-notice')).toBe('')
  expect(v.complaints).toEqual([])
})

test('unplugged, it says so; plugged in again, the picture is back without a reload', async () => {
  await using camera = new LastingCamera({ camera: webcams.id(0), width: 640, height: 480, frameTimeout: 1000 })
  await camera.start()
  await using service = await startService({ sources: [camera] })
  const v = await visit()
  await v.goto(service.url)
  await v.says('state', 'Live')
  await v.changed()
  webcams.unplug(0)
  await v.says('state', 'No signal')
  await vi.waitFor(async () => expect(await v.text('notice')).toMatch(/\(ERR_(CAMERA_UNPLUGGED|NO_CAMERA)\)/), 10_000)
  await webcams.plug(0)
  await v.says('state', 'Live', 20_000)
  await v.changed(await v.pixels())
  expect(await v.page.isHidden('#notice')).toBe(true)
})

test('capture settings are changed, and a refusal is told while the old ones stay', async () => {
  const source = new ScriptedSource([await makeJpeg()])
  await using service = await startService({ sources: [source] })
  const v = await visit()
  await v.goto(service.url)
  await v.says('state', 'Live')
  await v.page.click('#settings-name')
  await v.page.selectOption('#setting-rotation', '180')
  await vi.waitFor(() => expect(source.asked).toContainEqual({ reconfigure: { rotation: 180 } }), 5000)
  await v.page.check('#setting-hflip')
  await vi.waitFor(() => expect(source.asked).toContainEqual({ reconfigure: { hflip: true } }), 5000)
  await v.page.fill('#setting-fps', '1000')
  await v.page.press('#setting-fps', 'Enter')
  await vi.waitFor(async () => expect(await v.text('setting-notice')).toContain('fps is 1000'), 5000)
  await vi.waitFor(async () => expect(await v.page.inputValue('#setting-fps')).toBe('30'), 5000)
})

test('a click on the picture focuses there, where the camera has windows', async () => {
  const source = new ScriptedSource([await makeJpeg({ width: 320, height: 240 })])
  const fixed = { vendor: 'scripted', isArray: false } as const
  source.controls = {
    ...source.controls,
    AfMode: { ...fixed, name: 'AfMode', type: 'integer', enumerators: { AfModeManual: 0, AfModeAuto: 1 }, value: 0 },
    AfTrigger: { ...fixed, name: 'AfTrigger', type: 'integer', enumerators: { AfTriggerStart: 0 } },
    AfWindows: { ...fixed, name: 'AfWindows', type: 'rectangle', isArray: true },
  }
  await using service = await startService({ sources: [source] })
  using _run = source.run()
  const v = await visit()
  await v.goto(service.url)
  await v.changed()
  // A choice is offered by its names, and goes to the camera as one.
  await v.page.selectOption('#control-AfMode', 'AfModeAuto')
  await vi.waitFor(() => expect(source.asked).toContainEqual({ set: { AfMode: 'AfModeAuto' } }), 5000)

  const picture = v.page.locator('#picture.focusable')
  await picture.waitFor()
  const box = (await picture.boundingBox())!
  await picture.click({ position: { x: box.width / 4, y: box.height / 2 } })
  await vi.waitFor(() => expect(source.asked).toContainEqual({ focus: expect.anything() }), 5000)
  const { focus } = source.asked.find((one) => Object.hasOwn(one as object, 'focus')) as {
    focus: { x: number; y: number }
  }
  expect(focus.y).toBeCloseTo(0.5, 1)
  expect(focus.x).toBeLessThan(0.5)
  await v.page.click('#focus')
  await vi.waitFor(() => expect(source.asked).toContainEqual({ focus: undefined }), 5000)
})

test('several cameras are shown side by side, each with the way to its page', async () => {
  const pictures = [await makeJpeg({ seed: 1 }), await makeJpeg({ seed: 2 })]
  const sources: [ScriptedSource, ScriptedSource] = [
    new ScriptedSource(pictures, { id: 'front' }),
    new ScriptedSource(pictures, { id: 'back' }),
  ]
  await using service = await startService({ sources })
  using _front = sources[0].run()
  using _back = sources[1].run()
  const v = await visit()
  await v.goto(service.url)
  const tiles = v.page.locator('#camera-list a')
  await vi.waitFor(async () => expect(await tiles.count()).toBe(2), 10_000)
  await vi.waitFor(
    async () =>
      expect(
        await tiles.locator('img').evaluateAll((all) => all.map((one) => (one as HTMLImageElement).naturalWidth > 0)),
      ).toEqual([true, true]),
    10_000,
  )
  await tiles.nth(1).click()
  await v.page.waitForURL('**/cameras/back/')
  await vi.waitFor(async () => expect(await tiles.nth(1).getAttribute('aria-current')).toBe('page'), 10_000)
  expect(v.complaints).toEqual([])
})
