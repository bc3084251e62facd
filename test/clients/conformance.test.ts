// The stream as the dashboards' own parsers read it, whoever delivers it and however the network cuts it into pieces.
import { once } from 'node:events'
import http from 'node:http'
import fc from 'fast-check'
import sharp from 'sharp'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type FrameSource, openCamera } from '../../lib/index.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { differs, Picture } from '../kit/picture.ts'
import { ScriptedSource } from '../kit/scripted_source.ts'
import { startService, type TestService } from '../kit/server.ts'
import { browser, type Client, clients, fluidd, go2rtc, homeAssistant, mainsail } from './readers/index.ts'

interface Answer {
  contentType: string
  body: Buffer
}

/** Three pictures, small enough to cut the stream at every byte. */
let pictures: Buffer[]
/** A whole stream, from the first boundary to the closing one. */
let answer: Answer

beforeAll(async () => {
  pictures = await Promise.all([60, 120, 180].map(grey))
})

const deliveries = ['native', 'javascript'] as const
type DeliveryName = (typeof deliveries)[number]

function start(source: FrameSource, delivery: DeliveryName): Promise<TestService> {
  return startService({ sources: [source], delivery: delivery === 'native' ? 'auto' : delivery })
}

async function grey(level: number): Promise<Buffer> {
  const background = { r: level, g: level, b: level }
  return sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

async function get(url: string): Promise<http.IncomingMessage> {
  const [response] = (await once(http.get(url), 'response')) as [http.IncomingMessage]
  expect(response.statusCode).toBe(200)
  return response
}

async function wholeStream(delivery: DeliveryName): Promise<Answer> {
  const source = new ScriptedSource(pictures)
  await using service = await start(source, delivery)
  const response = await get(`${service.url}/?action=stream&frames=${pictures.length}&timestamp=${Date.now()}`)
  expect(hubOf(source).clients()).toMatchObject([{ delivery }])
  using _run = source.run()
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  await vi.waitFor(() => expect(source.lent).toBe(0))
  return { contentType: response.headers['content-type'] ?? '', body: Buffer.concat(chunks) }
}

/** What a client shows of the stream, cut at these places. */
function shown(client: Client, { contentType, body }: Answer, cuts: readonly number[]): Buffer[] {
  const reader = client.read(contentType)
  const edges = [0, ...cuts.toSorted((a, b) => a - b), body.length]
  return edges.slice(1).flatMap((end, i) => reader.push(body.subarray(edges[i], end)))
}

/** The pictures that a client must show. Fluidd takes a line end with each, which no decoder minds. */
function expectPictures(client: Client, cuts: readonly number[], { lost = 0 } = {}): void {
  const got = shown(client, answer, cuts).map((picture) =>
    picture.subarray(-2).equals(Buffer.from('\r\n')) ? picture.subarray(0, -2) : picture,
  )
  const wanted = pictures.slice(0, client.most)
  for (const picture of got) {
    expect(
      wanted.some((one) => one.equals(picture)),
      `${client.name} shows something else`,
    ).toBe(true)
  }
  expect(got.length, `${client.name}, cut at ${cuts.join(' ')}`).toBeGreaterThanOrEqual(wanted.length - lost)
}

/** Where a start marker would be cut in two. */
function splitsStart(cuts: readonly number[]): number {
  return cuts.filter((cut) => answer.body[cut - 1] === 0xff && answer.body[cut] === 0xd8).length
}

describe.each(deliveries.flatMap((delivery) => clients.map((client) => [client.name, delivery, client] as const)))(
  '%s, %s delivery',
  (_, delivery, client) => {
    beforeAll(async () => {
      answer = await wholeStream(delivery)
    })

    /** Mainsail does not look across pieces: what it loses, it loses with every server. */
    const mayLose = (cuts: readonly number[]): number => (client === mainsail ? splitsStart(cuts) : 0)

    test('reads the whole stream', () => {
      expectPictures(client, [])
    })

    test('reads it cut at any one byte', () => {
      for (let cut = 1; cut < answer.body.length; cut++) expectPictures(client, [cut], { lost: mayLose([cut]) })
    })

    test('reads it cut anywhere, as a proxy may', () => {
      const cuts = fc.uniqueArray(fc.integer({ min: 1, max: answer.body.length - 1 }), { maxLength: 40 })
      fc.assert(fc.property(cuts, (places) => expectPictures(client, places, { lost: mayLose(places) })))
    })

    test('reads it byte by byte', () => {
      const everywhere = Array.from({ length: answer.body.length - 1 }, (__, i) => i + 1)
      expectPictures(client, everywhere, { lost: mayLose(everywhere) })
    })

    test('shows a real camera, live from the network', async () => {
      await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
      await using service = await start(camera, delivery)
      const response = await get(`${service.url}/stream.mjpg`)
      expect(hubOf(camera).clients()).toMatchObject([{ delivery }])
      const reader = client.read(response.headers['content-type'] ?? '')
      const got: Buffer[] = []
      for await (const chunk of response as AsyncIterable<Buffer>) {
        got.push(...reader.push(chunk))
        if (got.length >= Math.min(client.most, 20)) break
      }
      const decoded = await Promise.all(got.map((jpeg) => Picture.decode(jpeg)))
      for (const picture of decoded) expect([picture.width, picture.height]).toEqual([640, 480])
      if (client.most > 1) expect(differs(decoded[0]!, decoded.at(-1)!)).toBe(true)
    })
  },
)

test.each(deliveries)('%s: a start marker leaves with its header, so that Mainsail loses nothing', async (delivery) => {
  const source = new ScriptedSource(pictures)
  await using service = await start(source, delivery)
  const response = await get(`${service.url}/stream.mjpg`)
  const reader = mainsail.read(response.headers['content-type'] ?? '')
  let count = 0
  // One picture at a time, each asked for when the last one has been shown.
  source.emit()
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const news = reader.push(chunk).length
    for (let i = 0; i < news; i++) source.emit()
    count += news
    if (count >= 60) break
  }
  expect(count).toBe(60)
})

describe('each rule of the wire format has a client that needs it', () => {
  beforeAll(async () => {
    answer = await wholeStream('native')
  })

  const without = (pattern: RegExp, body = answer.body): Answer => ({
    ...answer,
    body: Buffer.from(body.toString('latin1').replace(pattern, ''), 'latin1'),
  })

  test('Content-Length: Mainsail and go2rtc give up without it', () => {
    const bare = without(/Content-Length: \d+\r\n/)
    expect(() => shown(mainsail, bare, [])).toThrow(RangeError)
    expect(() => shown(go2rtc, bare, [])).toThrow('no content length')
  })

  test('the boundary after each JPEG: browsers and Fluidd wait for it', () => {
    const end = /\r\n--[\w-]+--\r\n$/
    expect(shown(browser, without(end), [])).toHaveLength(pictures.length - 1)
    expect(shown(fluidd, without(end), [])).toHaveLength(pictures.length - 1)
    expect(shown(go2rtc, without(end), [])).toHaveLength(pictures.length)
  })

  test('an unquoted boundary: Fluidd finds nothing otherwise', () => {
    const quoted = { ...answer, contentType: answer.contentType.replace(/boundary=(.*)/, 'boundary="$1"') }
    expect(shown(browser, quoted, [])).toHaveLength(pictures.length)
    expect(shown(fluidd, quoted, [])).toHaveLength(0)
  })

  test('no thumbnail in the JPEG: Home Assistant would take its end for the end', () => {
    const thumbnail = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
    const body = Buffer.concat([thumbnail, answer.body])
    expect(shown(homeAssistant, { ...answer, body }, [])[0]).toEqual(thumbnail)
    expect(shown(homeAssistant, answer, [])[0]).toEqual(pictures[0])
  })
})
