import { expect, test } from 'vitest'
import type { NativeControl } from '../../lib/camera/binding.ts'
import { checkControls } from '../../lib/camera/controls.ts'
import { focusControls } from '../../lib/camera/focus.ts'

const control = (name: string, type: NativeControl['type'], more: Partial<NativeControl> = {}): NativeControl => ({
  id: name.length,
  name,
  vendor: 'libcamera',
  type,
  isArray: false,
  min: undefined,
  max: undefined,
  default: undefined,
  ...more,
})
// As libcamera describes those of a Camera Module 3.
const natives = [
  control('AfMode', 'integer', { enumerators: { AfModeManual: 0, AfModeAuto: 1, AfModeContinuous: 2 } }),
  control('AfTrigger', 'integer', { enumerators: { AfTriggerStart: 0, AfTriggerCancel: 1 } }),
  control('AfMetering', 'integer', { enumerators: { AfMeteringAuto: 0, AfMeteringWindows: 1 } }),
  control('AfWindows', 'rectangle', { isArray: true }),
]
const crop = { x: 0, y: 296, width: 4000, height: 2000 }

test.each([
  // Orientation, a point as it is seen, and where its window's middle lies in the crop, 0 to 1.
  [1, { x: 0.25, y: 0.75 }, { x: 0.25, y: 0.75 }],
  [2, { x: 0.25, y: 0.75 }, { x: 0.75, y: 0.75 }],
  [3, { x: 0.25, y: 0.75 }, { x: 0.75, y: 0.25 }],
  [4, { x: 0.25, y: 0.75 }, { x: 0.25, y: 0.25 }],
  [5, { x: 0.25, y: 0.6 }, { x: 0.6, y: 0.25 }],
  [6, { x: 0.25, y: 0.6 }, { x: 0.6, y: 0.75 }],
  [7, { x: 0.25, y: 0.6 }, { x: 0.4, y: 0.75 }],
  [8, { x: 0.25, y: 0.6 }, { x: 0.4, y: 0.25 }],
])('with orientation %i a point is found on the sensor', (orientation, point, middle) => {
  const values = focusControls(natives, crop, orientation, point)
  // The camera would take it.
  expect(checkControls(natives, values)).toHaveLength(4)
  const [window] = values['AfWindows'] as [typeof crop]
  expect(window.x + window.width / 2).toBeCloseTo(crop.x + middle.x * crop.width, -1)
  expect(window.y + window.height / 2).toBeCloseTo(crop.y + middle.y * crop.height, -1)
  expect(values).toMatchObject({ AfMode: 'AfModeAuto', AfTrigger: 'AfTriggerStart', AfMetering: 'AfMeteringWindows' })
})

test('at the edge the window stays within the picture', () => {
  const [window] = focusControls(natives, crop, 1, { x: 1, y: 0 })['AfWindows'] as [typeof crop]
  expect(window.x + window.width).toBe(crop.x + crop.width)
  expect(window.y).toBe(crop.y)
})

test('without a point the camera focuses by itself', () => {
  expect(focusControls(natives, crop, 1, undefined)).toEqual({
    AfMetering: 'AfMeteringAuto',
    AfMode: 'AfModeContinuous',
  })
})

test.each([
  ['without autofocus', [], crop, { x: 0, y: 0 }, 'ERR_NOT_SUPPORTED'],
  ['without windows', natives.slice(0, 2), crop, { x: 0, y: 0 }, 'ERR_NOT_SUPPORTED'],
  ['without a crop', natives, undefined, { x: 0, y: 0 }, 'ERR_NOT_SUPPORTED'],
  ['outside of the picture', natives, crop, { x: 0, y: 1.1 }, 'ERR_INVALID_OPTION'],
])('%s it says so', (_, controls, part, point, code) => {
  expect(() => focusControls(controls, part, 1, point)).toThrowError(expect.objectContaining({ code }))
})
