import { expect, test } from 'vitest'
import { LastingCamera } from '../../lib/camera/lasting_camera.ts'
import { Picture } from '../kit/picture.ts'
import { startService } from '../kit/server.ts'
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
