import { expect, test } from 'vitest'
import { Rate } from '../../lib/stream/rate.ts'

test('is the number of times per second', () => {
  const rate = new Rate()
  expect(rate.perSecond(0)).toBe(0)
  for (let i = 1; i <= 100; i++) rate.add(i * 20)
  expect(rate.perSecond(2000)).toBeCloseTo(50, 5)
})

test('is the average where intervals alternate, as when 20 of 30 are taken', () => {
  const rate = new Rate()
  let now = 0
  for (let i = 0; i < 200; i++) rate.add((now += i % 2 ? 1000 / 30 : 2000 / 30))
  expect(rate.perSecond(now)).toBeGreaterThan(18.5)
  expect(rate.perSecond(now)).toBeLessThan(21.5)
})

test('falls when nothing comes any more', () => {
  const rate = new Rate()
  for (let i = 1; i <= 10; i++) rate.add(i * 10)
  expect(rate.perSecond(100 + 4000)).toBeCloseTo(0.25, 5)
})
