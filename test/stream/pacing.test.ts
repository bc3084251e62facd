import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pacing } from '../../lib/stream/pacing.ts'

/** Indices of the frames that are taken of a source of `sourceFps`, each frame off by up to ±`jitter` milliseconds. */
function taken({
  fps,
  sourceFps,
  seconds,
  jitter = () => 0,
}: {
  fps?: number
  sourceFps: number
  seconds: number
  jitter?: () => number
}): number[] {
  const pacing = new Pacing(fps)
  const result: number[] = []
  for (let i = 0; i < sourceFps * seconds; i++) {
    const time = 5000 + (i * 1000) / sourceFps + jitter()
    if (!pacing.isDue(time)) continue
    pacing.take(time)
    result.push(i)
  }
  return result
}

test('without a limit every frame is taken', () => {
  expect(taken({ sourceFps: 30, seconds: 2 })).toHaveLength(60)
})

test('10 of 30 is every third frame', () => {
  expect(taken({ fps: 10, sourceFps: 30, seconds: 1 })).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
})

test('rates that do not divide keep their average', () => {
  for (const fps of [0.5, 1, 7, 20, 24, 25, 29, 30]) {
    const error = taken({ fps, sourceFps: 30, seconds: 60 }).length - fps * 60
    expect(Math.abs(error), `${fps} of 30`).toBeLessThanOrEqual(1)
  }
})

test('a limit above the source takes every frame', () => {
  expect(taken({ fps: 60, sourceFps: 30, seconds: 10 })).toHaveLength(300)
})

test('jitter does not lower the rate', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })),
      (fps, noise) => {
        const count = taken({ fps, sourceFps: 30, seconds: 20, jitter: () => noise.next().value }).length
        expect(Math.abs(count - fps * 20)).toBeLessThanOrEqual(1)
      },
    ),
  )
})

test('after a gap it goes on at its rate, without a burst', () => {
  const pacing = new Pacing(10)
  const times = [0, 100, 5000, 5033, 5067, 5100, 5133, 5200]
  const due = times.filter((time) => pacing.isDue(time) && (pacing.take(time), true))
  expect(due).toEqual([0, 100, 5000, 5100, 5200])
})

test('a clock that jumps back stops nothing', () => {
  for (const fps of [10, Infinity]) {
    const pacing = new Pacing(fps)
    const times = [100_000, 100_100, 500, 600, 700]
    const due = times.filter((time) => pacing.isDue(time) && (pacing.take(time), true))
    expect(due).toEqual(times)
  }
})
