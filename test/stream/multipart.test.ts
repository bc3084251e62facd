import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  between,
  boundary,
  closing,
  formatTimestamp,
  opening,
  partHead,
  streamHeaders,
} from '../../lib/stream/multipart.ts'
import { MultipartReader } from '../kit/multipart_reader.ts'
import { makeJpeg } from '../kit/scripted_source.ts'

test('the boundary is unquoted, legal and does not begin with dashes', () => {
  expect(streamHeaders['Content-Type']).toBe(`multipart/x-mixed-replace; boundary=${boundary}`)
  expect(boundary).toMatch(/^[A-Za-z0-9][A-Za-z0-9-]{39,69}$/)
})

test('timestamps are seconds with six decimals', () => {
  expect(formatTimestamp(1763816531123.456)).toBe('1763816531.123456')
  expect(formatTimestamp(1763816531000)).toBe('1763816531.000000')
  expect(formatTimestamp(1763816531999.9998)).toBe('1763816532.000000')
  fc.assert(
    fc.property(fc.integer({ min: 1e15, max: 4e15 }), (microseconds) => {
      expect(formatTimestamp(microseconds / 1000).replace('.', '')).toBe(String(microseconds))
    }),
  )
})

test('a strict reader gets every part whole, however the bytes are split', async () => {
  const jpegs = await Promise.all([1, 2, 3].map((seed) => makeJpeg({ width: 32, height: 16, seed })))
  const body = Buffer.concat([
    opening,
    ...jpegs.flatMap((jpeg, i) => [
      Buffer.from(partHead(jpeg.length, 1763816531000 + i)),
      jpeg,
      i === 2 ? closing : between,
    ]),
  ])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: body.length }), { maxLength: 30 }), (cuts) => {
      const reader = new MultipartReader(boundary)
      const ends = [...cuts, body.length].toSorted((a, b) => a - b)
      const parts = ends.flatMap((end, i) => reader.push(body.subarray(ends[i - 1] ?? 0, end)))
      expect(parts.map((part) => part.jpeg)).toEqual(jpegs)
      expect(parts.map((part) => part.timestamp - 1763816531000)).toEqual([0, 1, 2].map((ms) => expect.closeTo(ms, 2)))
      expect(reader.finished).toBe(true)
    }),
  )
})

test('a placeholder says why in its header', () => {
  expect(partHead(7, 1763816531000, 'ERR_CAMERA_STALLED')).toBe(
    'Content-Type: image/jpeg\r\nContent-Length: 7\r\nX-Timestamp: 1763816531.000000\r\nX-Camera-State: ERR_CAMERA_STALLED\r\n\r\n',
  )
})

test.each([
  ['a wrong length', (part: string) => part.replace(/Content-Length: \d+/, 'Content-Length: 3')],
  ['bare line feeds', (part: string) => part.replaceAll('\r\n', '\n')],
  ['a missing timestamp', (part: string) => part.replace(/X-Timestamp.*\r\n/, '')],
  ['a quoted boundary', (part: string) => part.replace(`--${boundary}`, `--"${boundary}"`)],
])('the strict reader refuses %s', async (_, spoil) => {
  const jpeg = await makeJpeg({ width: 16, height: 16 })
  const body = Buffer.concat([opening, Buffer.from(partHead(jpeg.length, Date.now())), jpeg, between]).toString(
    'latin1',
  )
  const reader = new MultipartReader(boundary)
  expect(() => {
    reader.push(Buffer.from(spoil(body), 'latin1'))
    reader.push(Buffer.alloc(2000))
  }).toThrow('not the wire format')
})
