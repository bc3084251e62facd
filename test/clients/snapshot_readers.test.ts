// Programs that ask for single pictures: what they send, how long they wait and what they take for success.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Camera, openCamera } from '../../lib/index.ts'
import { Picture } from '../kit/picture.ts'
import { startService, type TestService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'

const token = 'attic-0815'

let camera: Camera
let open: TestService
let locked: TestService

beforeAll(async () => {
  camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
  open = await startService({ sources: [camera] })
  locked = await startService({ sources: [camera], token })
})

afterAll(async () => {
  await open.close()
  await locked.close()
  expect(camera.statistics().pool.lent).toBe(0)
  await camera.close()
})

describe('OctoPrint (`octoprint/plugins/classicwebcam`, `take_webcam_snapshot`)', () => {
  // `requests.get(url, stream=True, timeout=5, …)`, `raise_for_status()`, and whatever comes is written into a file.
  async function takeSnapshot(url: string, headers: Record<string, string> = {}): Promise<Uint8Array> {
    const agent = { 'User-Agent': 'python-requests/2.32.3', Accept: '*/*', 'Accept-Encoding': 'gzip, deflate' }
    const answer = await fetch(url, { headers: { ...agent, ...headers }, signal: AbortSignal.timeout(5000) })
    if (answer.status >= 400) throw new Error(`${answer.status} for ${url}`)
    return new Uint8Array(await answer.arrayBuffer())
  }

  const auths = [
    { auth: 'none', service: () => open, headers: {} },
    { auth: 'basic', service: () => locked, headers: { Authorization: `Basic ${btoa(`octoprint:${token}`)}` } },
    { auth: 'bearer', service: () => locked, headers: { Authorization: `Bearer ${token}` } },
  ]

  test.each(auths)('snapshotAuth $auth', async ({ service, headers }) => {
    const { width, height } = await Picture.decode(await takeSnapshot(`${service().url}/?action=snapshot`, headers))
    expect([width, height]).toEqual([640, 480])
  })

  test('without the secret it sees an error, not a picture', async () => {
    await expect(takeSnapshot(`${locked.url}/?action=snapshot`)).rejects.toThrow('401')
  })

  test('pictures for a time-lapse, one after the other, are all there and never an error', async () => {
    for (let i = 0; i < 50; i++)
      expect((await takeSnapshot(`${open.url}/?action=snapshot`)).subarray(0, 2)).toEqual(soi)
  })

  test('its cacheBuster puts a bare number behind the address', async () => {
    for (const address of ['/?action=stream&1764039600000', '/stream.mjpg?1764039600000']) {
      await using viewer = await StreamClient.open(open.url + address)
      expect(viewer.status).toBe(200)
      expect((await viewer.part()).state).toBeUndefined()
    }
  })
})

describe('Moonraker (`components/webcam.py`)', () => {
  /** `_get_url`: an address without a host is one of the printer's. */
  const addressOf = (url: string, host: string): string =>
    /^\w+:\/\/[^/]+/.test(url) ? url : `${host}/${url.replace(/^\/+/, '')}`

  /** `_handle_webcam_test`: one second to connect and to answer. */
  async function isReachable(url: string): Promise<boolean> {
    if (!url.startsWith('http')) return false
    const answer = await fetch(url, { signal: AbortSignal.timeout(1000) })
    await answer.arrayBuffer()
    return answer.status < 400
  }

  test.each(['webcam/?action=snapshot', '/webcam/?action=snapshot', '/snapshot.jpg'])(
    'finds the snapshot at %s reachable',
    async (url) => expect(await isReachable(addressOf(url, open.url))).toBe(true),
  )

  test('whoever has the token in the address too', async () => {
    const url = `${locked.url}/webcam/?action=snapshot`
    expect(await isReachable(url)).toBe(false)
    expect(await isReachable(`${url}&token=${token}`)).toBe(true)
  })
})

const soi = new Uint8Array([0xff, 0xd8])
