import { expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { hubOf } from '../../lib/stream/hub.ts'
import { Picture } from '../kit/picture.ts'
import { startService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

test('a snapshot of a sleeping camera wakes it, and is neither an error nor late for OctoPrint', async () => {
  await using camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240, idleSeconds: 1 })
  await using service = await startService({ sources: [camera] })
  await camera.start()
  for (const query of ['', '?max_age=0', '?width=160']) {
    await until(() => camera.state.status === 'idle', { timeout: 20_000 })
    expect((await fetch(`${service.url}/ready`)).status).toBe(200)
    // As long as OctoPrint waits.
    const answer = await fetch(`${service.url}/snapshot.jpg${query}`, { signal: AbortSignal.timeout(5000) })
    expect(answer.status).toBe(200)
    expect(answer.headers.has('x-camera-state')).toBe(false)
    expect((await Picture.decode(new Uint8Array(await answer.arrayBuffer()))).width).toBe(
      query === '?width=160' ? 160 : 320,
    )
  }
})

test.each(['auto', 'javascript'] as const)(
  'delivery %s: a viewer wakes a sleeping camera, and keeps it awake until he leaves',
  async (delivery) => {
    await using camera = new LastingCamera({ camera: 'synthetic', width: 320, height: 240, fps: 30, idleSeconds: 0.2 })
    await using service = await startService({ sources: [camera], delivery })
    await camera.start()
    for (let visit = 0; visit < 2; visit++) {
      await until(() => camera.state.status === 'idle', { timeout: 20_000 })
      await using viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
      // More than a second, five times as long as the camera stays awake for nobody.
      for (let frames = 0; frames < 40;) {
        const { state } = await viewer.part()
        if (!state) frames++
      }
      expect(camera.state.status).toBe('live')
      expect(hubOf(camera).clients()).toMatchObject([{ delivery: delivery === 'auto' ? 'native' : delivery }])
    }
    await until(() => camera.state.status === 'idle')
    expect(camera.restarts).toBe(0)
    await until(() => camera.statistics().pool.lent === 0)
  },
)
