import { MioError } from './errors.ts'
import type { Frame } from './frame.ts'
import type { CameraState, FrameSource } from './source.ts'

/** How fresh a picture must be, and how long to wait for it. */
export interface FrameWish {
  /** Milliseconds since the exposure at most; 0: exposed after the call, `Infinity`: any. Default 500. */
  maxAge?: number
  /** Milliseconds to wait at most; `Infinity`: as long as it takes. Default 5000. */
  timeout?: number
}

/** Of Node's timers, milliseconds: 24 days. */
const longest = 2 ** 31 - 1

/**
 * The next frame of a source that is fresh enough, retained for the caller.
 * @throws {MioError} `ERR_SNAPSHOT_TIMEOUT`; `ERR_CAMERA_CLOSED` when the source closes meanwhile
 */
export function awaitFrame(
  source: Pick<FrameSource, 'id' | 'state' | 'subscribe' | 'onState'>,
  { maxAge = 500, timeout = 5000 }: FrameWish = {},
): Promise<Frame> {
  const oldest = Number(process.hrtime.bigint()) - maxAge * 1e6
  const asked = `get a frame of camera "${source.id}"`
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      unsubscribe()
      stopWatching()
      clearTimeout(timer)
      act()
    }
    const onState = (state: CameraState) => {
      if (state.status !== 'closed') return
      settle(() => reject(new MioError('ERR_CAMERA_CLOSED', { asked, found: state.message ?? 'it was closed' })))
    }
    const timer = setTimeout(
      () => {
        const { message } = source.state
        const found = `none came within ${timeout} ms${message ? ` (${message})` : ''}`
        settle(() => reject(new MioError('ERR_SNAPSHOT_TIMEOUT', { asked, found })))
      },
      Math.min(timeout, longest),
    )
    const stopWatching = source.onState(onState)
    const unsubscribe = source.subscribe((frame) => {
      if (Number(frame.monotonic) < oldest) return
      const held = frame.retain()
      settle(() => resolve(held))
    })
    if (source.state.status === 'closed') onState(source.state)
  })
}
