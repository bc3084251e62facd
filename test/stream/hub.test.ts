import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { monotonicNow } from '../../lib/stream/clock.ts'
import { Hub } from '../../lib/stream/hub.ts'
import { closing, opening } from '../../lib/stream/multipart.ts'
import type { Viewer } from '../../lib/stream/delivery.ts'
import { makeJpeg, ScriptedSource } from '../kit/scripted_source.ts'
import { TestSink } from '../kit/test_sink.ts'

let pictures: Buffer[]
let source: ScriptedSource
let hub: Hub
let viewers: Viewer[]

beforeAll(async () => {
  pictures = await Promise.all([1, 2, 3, 4].map((seed) => makeJpeg({ width: 64, height: 48, seed })))
})

beforeEach(() => {
  source = new ScriptedSource(pictures)
  hub = new Hub(source)
  viewers = []
})

afterEach(async () => {
  for (const viewer of viewers) viewer.leave()
  await vi.waitFor(() => expect(source.lent).toBe(0))
  expect(source.subscribers).toBe(0)
  expect(hub.viewers.size).toBe(0)
})

function join(options: { eager?: boolean; fps?: number; frames?: number; address?: string } = {}): {
  sink: TestSink
  viewer: Viewer
} {
  const sink = new TestSink(options)
  const viewer = hub.join(sink, options)
  viewers.push(viewer)
  return { sink, viewer }
}

const endsWith = (part: Buffer, tail: Buffer): boolean => part.subarray(-tail.length).equals(tail)

/** Lets write callbacks run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('subscribes while somebody watches and not otherwise', () => {
  expect(source.subscribers).toBe(0)
  const a = join()
  const b = join()
  expect(source.subscribers).toBe(1)
  a.viewer.leave()
  expect(source.subscribers).toBe(1)
  b.viewer.leave()
  expect(source.subscribers).toBe(0)
  source.emit()
  expect(source.lent).toBe(0)
  join()
  expect(source.subscribers).toBe(1)
})

test('a part is one write: its headers, the JPEG, and the boundary that follows', () => {
  const { sink } = join()
  source.emit()
  expect(sink.writes[0]).toBe(opening)
  const jpeg = pictures[0]!
  const part = sink.writes[1]!
  const begin = part.indexOf(jpeg)
  expect(part.toString('latin1', 0, begin)).toMatch(
    new RegExp(`^Content-Type: image/jpeg\r\n.*: ${jpeg.length}\r\n.*\r\n\r\n$`, 's'),
  )
  expect(part.toString('latin1', begin + jpeg.length)).toMatch(/^\r\n--[a-z0-9-]+\r\n$/)
})

test('all viewers are written the same memory', () => {
  const sinks = [join(), join(), join()].map(({ sink }) => sink)
  source.emit()
  for (const sink of sinks) {
    expect(sink.writes[1]).toBe(sinks[0]!.writes[1])
    expect(sink.jpegs).toEqual([pictures[0]])
  }
  expect(source.lent).toBe(1)
})

test('a viewer who comes later gets the newest frame at once', () => {
  join({ eager: true })
  source.emit()
  source.emit()
  expect(join().sink.jpegs).toEqual([pictures[1]])
})

test('a busy viewer gets the newest frame when it is free, and the others do not wait', async () => {
  const slow = join()
  const fast = join({ eager: true })
  for (let i = 0; i < 4; i++) {
    source.emit()
    await settle()
  }
  expect(fast.sink.jpegs).toEqual(pictures)
  expect(slow.sink.jpegs).toEqual([pictures[0]])
  slow.sink.take()
  expect(slow.sink.jpegs).toEqual([pictures[0], pictures[3]])
  slow.sink.take()
  expect(slow.sink.busy).toBe(false)
  expect(hub.clients()).toMatchObject([
    { sent: 2, skipped: 2, delivery: 'javascript' },
    { sent: 4, skipped: 0, delivery: 'javascript' },
  ])
  const bytes = fast.sink.writes.slice(1).reduce((sum, part) => sum + part.length, 0)
  expect(hub.clients()[1]!.bytes).toBe(bytes)
})

test('a stalled viewer holds one frame, however many come', async () => {
  join()
  join({ eager: true })
  for (let i = 0; i < 50; i++) {
    source.emit()
    await settle()
    expect(source.lent).toBeLessThanOrEqual(2)
  }
})

test('a frame in flight is given back by the write callback, not when the viewer leaves', async () => {
  const { sink, viewer } = join()
  source.emit()
  viewer.leave()
  expect(sink.destroyed).toBe(true)
  expect(source.lent).toBe(1)
  await settle()
  expect(source.lent).toBe(0)
})

test('a frame whose write callback never fires is given back when the connection has closed', async () => {
  const { sink, viewer } = join()
  sink.destroy = () => {}
  source.emit()
  viewer.leave()
  await settle()
  expect(source.lent).toBe(1)
  sink.close()
  expect(source.lent).toBe(0)
})

test('a viewer that does not take a frame in time is dropped', async () => {
  hub = new Hub(source, { sendTimeout: 50 })
  const stalled = join()
  const healthy = join({ eager: true })
  source.emit()
  await vi.waitFor(() => expect(stalled.sink.destroyed).toBe(true))
  expect([...hub.viewers]).toEqual([healthy.viewer])
  expect(healthy.sink.destroyed).toBe(false)
})

test('an idle viewer is not dropped', async () => {
  hub = new Hub(source, { sendTimeout: 20 })
  const { sink } = join({ eager: true })
  source.emit()
  await new Promise((resolve) => setTimeout(resolve, 80))
  source.emit()
  await settle()
  expect(sink.destroyed).toBe(false)
  expect(sink.jpegs).toHaveLength(2)
})

test('a connection that throws costs only itself', async () => {
  const bad = join()
  const good = join({ eager: true })
  bad.sink.write = () => {
    throw new Error('broken')
  }
  source.emit()
  await settle()
  expect([...hub.viewers]).toEqual([good.viewer])
  expect(good.sink.jpegs).toHaveLength(1)
})

test('?fps= follows a schedule in exposure times', async () => {
  const { sink } = join({ eager: true, fps: 10 })
  const all = join({ eager: true })
  for (let i = 0; i < 300; i++) {
    source.emit()
    await settle()
  }
  expect(sink.jpegs).toHaveLength(100)
  expect(sink.jpegs.slice(0, 4)).toEqual([0, 3, 6, 9].map((i) => pictures[i % 4]))
  expect(all.sink.jpegs).toHaveLength(300)
})

test('a limited viewer has not skipped what it did not want', async () => {
  const { sink } = join({ fps: 10 })
  for (let i = 0; i < 6; i++) source.emit()
  expect(hub.clients()[0]!.skipped).toBe(0)
  sink.take()
  // Frame 3 was due, and frame 5 (picture 1) is the newest.
  expect(sink.jpegs).toEqual([pictures[0], pictures[1]])
})

test('?frames= ends the stream after so many parts, with the closing delimiter', async () => {
  const { sink } = join({ eager: true, frames: 3 })
  const all = join({ eager: true })
  for (let i = 0; i < 5; i++) {
    source.emit()
    await settle()
  }
  expect(sink.jpegs).toEqual(pictures.slice(0, 3))
  expect(sink.writes.slice(1).map((part) => endsWith(part, closing))).toEqual([false, false, true])
  expect(sink.ended).toBe(true)
  expect(all.sink.jpegs).toHaveLength(5)
  expect([...hub.viewers]).toEqual([all.viewer])
})

test('each viewer is told in numbers', async () => {
  const { sink } = join({ address: '192.0.2.7', fps: 10 })
  join({ eager: true })
  const begin = Date.now()
  for (let i = 0; i < 4; i++) {
    source.emit(monotonicNow() - 20)
    await settle()
  }
  sink.take()
  const [first, second] = hub.clients()
  expect(first).toMatchObject({ id: 1, address: '192.0.2.7', sent: 1, skipped: 0 })
  expect(first!.since).toBeGreaterThan(begin - 1000)
  expect(first!.age).toBeGreaterThanOrEqual(20)
  expect(first!.bytes).toBeGreaterThan(pictures[0]!.length)
  expect(second).toMatchObject({ id: 2, address: undefined, sent: 4 })
  expect(second!.fps).toBeGreaterThan(4)
  expect(JSON.parse(JSON.stringify(first))).toMatchObject({ sent: 1 })
})

test('sums over all viewers outlive them, with why each has left', async () => {
  hub = new Hub(source, { sendTimeout: 30 })
  const ended = join({ eager: true, frames: 1 })
  const closed = join({ eager: true })
  join()
  source.emit()
  await settle()
  closed.sink.close()
  await vi.waitFor(() => expect(hub.viewers.size).toBe(0))
  expect(hub.statistics()).toMatchObject({ joined: 3, left: { ended: 1, disconnected: 1, timeout: 1 }, sent: 2 })
  const written = ended.sink.writes[1]!.length
  // The last part of a stream has two dashes more.
  expect(hub.statistics().bytes).toBe(written * 2 - 2)
})

test('the time from exposure to socket is counted, but for placeholders', async () => {
  const { sink } = join()
  source.emit(monotonicNow() - 40)
  sink.take()
  source.emit(monotonicNow() - 300)
  sink.take()
  const { bounds, counts, sum } = hub.latency()
  expect(counts[bounds.indexOf(0.05)]! + counts[bounds.indexOf(0.075)]!).toBe(1)
  expect(counts[bounds.indexOf(0.5)]).toBe(1)
  expect(counts.reduce((a, b) => a + b)).toBe(2)
  expect(sum).toBeGreaterThan(0.34)
})

test('the kernel is to keep one frame, and more when frames grow', async () => {
  const { sink } = join({ eager: true })
  source.emit()
  await settle()
  expect(sink.backlog).toBe(64 * 1024)
  const large = new ScriptedSource([Buffer.alloc(200_000)])
  hub = new Hub(large)
  const other = join({ eager: true })
  large.emit()
  expect(other.sink.backlog).toBe(256 * 1024)
  other.viewer.leave()
})

test('closing ends each viewer after its frame, with a last picture and the closing delimiter', async () => {
  const idle = join({ eager: true })
  const busy = join()
  source.emit()
  await settle()
  const closed = hub.close()
  await vi.waitFor(() => expect(idle.sink.ended).toBe(true))
  expect(endsWith(idle.sink.writes.at(-1)!, closing)).toBe(true)
  expect(busy.sink.writes).toHaveLength(2)
  busy.sink.take()
  expect(endsWith(busy.sink.writes.at(-1)!, closing)).toBe(true)
  busy.sink.take()
  expect(busy.sink.ended).toBe(true)
  for (const viewer of viewers) viewer.leave()
  await closed
})

test('closing without viewers is immediate, and later viewers are ended at once', async () => {
  await hub.close()
  const { sink } = join()
  expect(sink.ended).toBe(true)
  expect(source.subscribers).toBe(0)
})
