// What the addon says of hardware encoders, without any camera.
import { expect, test } from 'vitest'
import { binding } from '../../lib/camera/binding.ts'
import { HardwareEncoders } from '../kit/hardware_encoders.ts'

test('those that take the pictures, best first', async () => {
  using _ = new HardwareEncoders()
  expect(await binding().findEncoders(1280, 720)).toMatchObject({ candidates: ['/dev/video31', '/dev/video11'] })
  // Of 1080 lines the device makes 1088, and a camera can be asked for these.
  expect(await binding().findEncoders(1920, 1080)).toMatchObject({ candidates: ['/dev/video31', '/dev/video11'] })
})

test('why not', async () => {
  using encoders = new HardwareEncoders(31)
  encoders.on(31, 'denied')
  expect(await binding().findEncoders(1280, 720)).toEqual({
    candidates: [],
    refusals: [{ device: '/dev/video31', why: 'it could not be opened: Permission denied (13)' }],
  })
})

test('none', async () => {
  const { candidates } = await binding().findEncoders(1280, 720)
  expect(candidates).toEqual([])
})
