import { expect, test } from 'vitest'
import { openCamera } from '../../lib/index.ts'

test.each<[string, object, string]>([
  ['an unknown option', { widht: 640 }, 'widht'],
  ['a size out of range', { width: 100_000 }, 'width'],
  ['an odd size', { height: 481 }, 'height'],
  ['a rate out of range', { fps: 0 }, 'fps'],
  ['a quality out of range', { quality: 101 }, 'quality'],
  ['an unknown encoder', { encoder: 'h264' }, 'encoder'],
  ['a rotation that no sensor has', { rotation: 45 }, 'rotation'],
])('%s is refused by name before anything is opened', async (_, options, name) => {
  const opening = openCamera({ camera: 'synthetic', ...options })
  await expect(opening).rejects.toMatchObject({
    name: 'MioError',
    code: 'ERR_INVALID_OPTION',
    message: expect.stringContaining(`option ${name} is`),
  })
})

test('an encoder that cannot take the pictures is refused', async () => {
  await expect(openCamera({ camera: 'synthetic', encoder: 'passthrough' })).rejects.toMatchObject({
    code: 'ERR_ENCODER',
  })
})

test('a forced encoder says that it was forced', async () => {
  await using camera = await openCamera({ camera: 'synthetic', encoder: 'turbojpeg', width: 320, height: 240 })
  expect(camera.encoder.reason).toContain('forced')
})
