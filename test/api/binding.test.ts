// What TypeScript declares of the addon is what the addon has, name by name.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binding, type NativeOptions } from '../../lib/camera/binding.ts'
import { root } from '../docs/snippets.ts'

const source = readFileSync(join(root, 'lib/camera/binding.ts'), 'utf8')

/** The members of an interface, by whether they may be absent. */
function declared(name: string): { always: string[]; maybe: string[] } {
  const [, parent, body] =
    new RegExp(`^(?:export )?interface ${name}(?: extends (\\w+))? \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source) ?? []
  if (body === undefined) throw new Error(`binding.ts declares no ${name}`)
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)(\??)(?=[:(])/gm)]
  const those = (mark: string) =>
    members.filter(([, , optional]) => optional === mark).map(([, member]) => member ?? '')
  const inherited = parent ? declared(parent) : { always: [], maybe: [] }
  return {
    always: [...inherited.always, ...those('')].toSorted(),
    maybe: [...inherited.maybe, ...those('?')],
  }
}

/** An object has all that is declared, and nothing that is not. */
function expectDeclared(value: object, name: string): void {
  const { always, maybe } = declared(name)
  expect(always.length).toBeGreaterThan(0)
  const has = Object.keys(value)
    .filter((key) => (value as Record<string, unknown>)[key] !== undefined)
    .filter((key) => !maybe.includes(key))
  expect(has.toSorted()).toEqual(always)
}

const methods = (constructor: { prototype: object }) =>
  Object.getOwnPropertyNames(constructor.prototype)
    .filter((name) => name !== 'constructor')
    .toSorted()

test('the addon', () => {
  expect(Object.keys(binding()).toSorted()).toEqual(declared('Binding').always)
})

test('its classes', () => {
  const { Camera, CameraWatch } = binding()
  expect(methods(Camera)).toEqual(declared('NativeCamera').always)
  expect(methods(CameraWatch)).toEqual(declared('NativeCameraWatch').always)
})

test('what an open camera tells', async () => {
  const options: NativeOptions = {
    shared: false,
    backend: 'synthetic',
    id: 'synthetic',
    width: 320,
    height: 240,
    fps: 60,
    minFps: 0,
    bufferCount: 0,
    rotate180: false,
    hflip: false,
    vflip: false,
    encoder: 'auto',
    quality: 80,
    slots: 8,
    frameTimeout: 3000,
    maxBytesPerSecond: 0,
    orientation: 1,
    sensorWidth: 0,
    sensorHeight: 0,
    still: true,
    rawWidth: 0,
    rawHeight: 0,
  }
  let frames = 0
  const camera = new (binding().Camera)(
    (slot) => {
      frames++
      camera.release(slot)
    },
    () => {},
    () => {},
    () => {},
    () => {},
  )
  try {
    await camera.open(options, '{}')
    expect(camera.settings()).toBe('{}')
    const opened = camera.opened()!
    expectDeclared(opened, 'NativeOpened')
    expect(opened.buffers).toHaveLength(options.slots)
    expect(Object.keys(camera.opened()!), 'buffers are handed over once').toEqual(['mode'])
    await camera.start()
    expectDeclared(opened.mode, 'NativeMode')
    expectDeclared(camera.encoder()!, 'NativeEncoder')
    for (const control of camera.controls()) expectDeclared(control, 'NativeControl')
    camera.watch(true)
    await expect.poll(() => frames).toBeGreaterThan(0)
    expectDeclared(camera.statistics(), 'NativeStatistics')
    expectDeclared(await camera.still(5000), 'NativeStill')
  } finally {
    await camera.close()
  }
})
