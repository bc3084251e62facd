import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { CheckedCameraOptions } from '../../lib/camera/options.ts'
import { openCamera } from '../../lib/index.ts'
import { HardwareEncoders, Webcams } from '../kit/environment.ts'
import { Picture, type Region } from '../kit/picture.ts'
import { until } from '../kit/until.ts'

type Turn = Pick<CheckedCameraOptions, 'rotation' | 'hflip' | 'vflip'>
/** Colours of the quarters: top left, top right, bottom left, bottom right. */
type Quarters = readonly [string, string, string, string]

const turns: Turn[] = ([0, 90, 180, 270] as const).flatMap((rotation) =>
  [false, true].flatMap((hflip) => [false, true].map((vflip) => ({ rotation, hflip, vflip }))),
)

/** What shall be seen: turned clockwise first, then mirrored. */
function seen(quarters: Quarters, { rotation, hflip, vflip }: Turn): Quarters {
  let [a, b, c, d] = quarters
  for (let turned = 0; turned < rotation; turned += 90) [a, b, c, d] = [c, a, d, b]
  if (hflip) [a, b, c, d] = [b, a, d, c]
  if (vflip) [a, b, c, d] = [c, d, a, b]
  return [a, b, c, d]
}

/** Where a part of the upright picture is seen. */
function place({ left, top, right, bottom }: Region, { rotation, hflip, vflip }: Turn): Region {
  for (let turned = 0; turned < rotation; turned += 90) {
    ;[left, top, right, bottom] = [1 - bottom, left, 1 - top, right]
  }
  if (hflip) [left, right] = [1 - right, 1 - left]
  if (vflip) [top, bottom] = [1 - bottom, 1 - top]
  return { left, top, right, bottom }
}

const corners = [
  { left: 0.05, top: 0.15, right: 0.2, bottom: 0.35 },
  { left: 0.8, top: 0.15, right: 0.95, bottom: 0.35 },
  { left: 0.05, top: 0.65, right: 0.2, bottom: 0.85 },
  { left: 0.8, top: 0.65, right: 0.95, bottom: 0.85 },
]

function quartersOf(picture: Picture): Quarters {
  return corners.map((corner) => {
    const { r, g, b } = picture.mean(corner)
    return ['red', 'green', 'blue', 'white'][
      [r > 150 && g < 100, g > 150 && r < 100, b > 150 && r < 100, g > 150 && r > 150].indexOf(true)
    ]
  }) as unknown as Quarters
}

const colours: Quarters = ['red', 'green', 'blue', 'white']
const name = ({ rotation, hflip, vflip }: Turn) => `${rotation}${hflip ? ' hflip' : ''}${vflip ? ' vflip' : ''}`

/** A webcam with one picture: it turns nothing itself, and says so. */
async function still(): Promise<Webcams> {
  const quarter = (x: number, y: number, fill: string) =>
    `<rect x="${x}" y="${y}" width="320" height="240" fill="${fill}"/>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480">
    ${quarter(0, 0, '#f00')}${quarter(320, 0, '#0f0')}${quarter(0, 240, '#00f')}${quarter(320, 240, '#fff')}</svg>`
  const webcams = new Webcams()
  await webcams.plug(0, [await sharp(Buffer.from(svg)).jpeg({ quality: 90, optimiseCoding: false }).toBuffer()])
  return webcams
}

test.each(turns.map((turn) => [name(turn), turn] as const))(
  'a camera that cannot mirror is seen turned by %s all the same',
  async (_, turn) => {
    using webcams = await still()
    await using camera = await openCamera({ camera: webcams.id(0), width: 640, height: 480, ...turn })
    const picture = await Picture.decodeAsSeen(await camera.snapshot())
    expect(quartersOf(picture)).toEqual(seen(colours, turn))
    const upright = turn.rotation % 180 === 0
    expect([picture.width, picture.height]).toEqual(upright ? [640, 480] : [480, 640])
    expect(camera.mode).toMatchObject({ width: 640, height: 480 })
    expect(camera.mode.orientation >= 5).toBe(!upright)
  },
)

test.each(turns.map((turn) => [name(turn), turn] as const))(
  'a sensor that mirrors does so, and only a quarter turn is left to viewers: %s',
  async (_, turn) => {
    await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480, ...turn })
    const jpeg = await camera.snapshot()
    const picture = await Picture.decodeAsSeen(jpeg)
    // Its last colour bar is blue; below lies a grey pattern.
    const top = { top: 0.15, bottom: 0.35 }
    const right = { left: 0.9, right: 0.98 }
    expect(picture.share('blue', place({ ...right, ...top }, turn))).toBeGreaterThan(0.3)
    expect(picture.share('blue', place({ ...right, top: 0.65, bottom: 0.85 }, turn))).toBe(0)
    expect(picture.share('blue', place({ left: 0.02, right: 0.1, ...top }, turn))).toBe(0)
    expect(camera.mode.orientation).toBe({ 0: 1, 90: 6, 180: 1, 270: 8 }[turn.rotation])
    expect((await sharp(jpeg).metadata()).orientation).toBe(
      camera.mode.orientation === 1 ? undefined : camera.mode.orientation,
    )
  },
)

test('by hardware no byte is copied for it', async () => {
  using encoders = new HardwareEncoders(31)
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480, rotation: 270 })
  const looksRight = async () => {
    const picture = await Picture.decodeAsSeen(await camera.snapshot({ maxAge: 0 }))
    const blue = place(
      { left: 0.9, top: 0.15, right: 0.98, bottom: 0.35 },
      { rotation: 270, hflip: false, vflip: false },
    )
    return picture.share('blue', blue) > 0.3
  }
  expect(camera.encoder.name).toBe('v4l2-m2m')
  expect(await looksRight()).toBe(true)
  // Two segments at two places then.
  encoders.on(31, 'no-huffman')
  await camera.snapshot({ maxAge: 0 })
  expect(await looksRight()).toBe(true)
  expect(camera.statistics()).toMatchObject({ encoder: { bytesCopied: 0, fallbacks: 0 }, copied: { bytes: 0 } })
})

test('a quarter turn is changed while frames come, and so is the rest that is left to viewers', async () => {
  using webcams = await still()
  await using camera = await openCamera({ camera: webcams.id(0), width: 640, height: 480 })
  const stop = camera.subscribe(() => {})
  for (const rotation of [90, 270, 0] as const) {
    await camera.reconfigure({ rotation })
    const turned = seen(colours, { rotation, hflip: false, vflip: false })
    await until(async () => quartersOf(await Picture.decodeAsSeen(await camera.snapshot())).join() === turned.join())
    expect(camera.settings.rotation).toBe(rotation)
  }
  stop()
})
