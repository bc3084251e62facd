import { binding } from './binding.ts'
import { fromNative } from './errors.ts'
import { InTurn } from './in_turn.ts'
import { type CameraInfo, listCameras } from './list.ts'

/** What ends {@link watchCameras}. */
export interface CameraWatch extends AsyncDisposable {
  close(): Promise<void>
}

/**
 * Calls `listener` with all cameras whenever one has come or gone, until it is closed. It does not keep the process
 * alive.
 *
 * ```ts
 * await using watch = await watchCameras((cameras) => console.log(cameras.map(({ id }) => id)))
 * ```
 * @throws {MioError} `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_CAMERA`
 */
export async function watchCameras(listener: (cameras: CameraInfo[]) => void): Promise<CameraWatch> {
  const inTurn = new InTurn()
  let closed = false
  const tell = async () => {
    const cameras = await listCameras()
    if (!closed) listener(cameras)
  }
  const native = new (binding().CameraWatch)(() => void inTurn.run(tell).catch(() => {}))
  try {
    await native.start()
  } catch (error) {
    await native.stop()
    throw fromNative(error, 'watch cameras')
  }
  const close = async () => {
    if (closed) return
    closed = true
    await native.stop()
  }
  return { close, [Symbol.asyncDispose]: close }
}
