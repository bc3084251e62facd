import { binding } from './binding.ts'
import { fromNative, MioError } from './errors.ts'

/** A camera that can be opened now. */
export interface CameraInfo {
  /** Stable (from libcamera's id) and URL-safe. */
  readonly id: string
  /** `cam0`, `cam1`, … in libcamera's order; `synthetic` for the built-in one. */
  readonly shortName: string
  /** For people: the sensor or the webcam's name. */
  readonly name: string
  readonly backend: 'libcamera' | 'synthetic'
  /** The id as the backend has it. */
  readonly backendId: string
}

const synthetic: CameraInfo = {
  id: 'synthetic',
  shortName: 'synthetic',
  name: 'Synthetic camera',
  backend: 'synthetic',
  backendId: 'synthetic',
}

/** `/base/soc/i2c0mux/i2c@1/imx708@1a` → `base-soc-i2c0mux-i2c-1-imx708-1a` */
export function urlSafeId(backendId: string): string {
  return backendId.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|-+$/g, '')
}

/**
 * The cameras of libcamera, in its order.
 * @throws {MioError} `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_CAMERA`
 */
export async function listLibcameraCameras(): Promise<CameraInfo[]> {
  try {
    const { cameras } = await binding().listCameras('libcamera')
    return cameras.map(({ id, model }, index) => ({
      id: urlSafeId(id),
      shortName: `cam${index}`,
      name: model || id,
      backend: 'libcamera',
      backendId: id,
    }))
  } catch (error) {
    throw fromNative(error, 'list cameras')
  }
}

/**
 * Runs `work` with libcamera started, so that the calls within do not start and stop it one by one: that
 * takes a good part of a second on a Pi.
 */
export async function keepingLibcamera<T>(work: () => Promise<T>): Promise<T> {
  const watch = new (binding().CameraWatch)(() => {})
  // Without libcamera, `work` says so itself.
  await watch.start().catch(() => {})
  try {
    return await work()
  } finally {
    await watch.stop()
  }
}

/** All cameras that can be opened now: libcamera's, where there is a libcamera, and the synthetic one last. */
export async function listCameras(): Promise<CameraInfo[]> {
  const real = await listLibcameraCameras().catch((error: unknown) => {
    if (error instanceof MioError && error.code === 'ERR_LIBCAMERA_UNAVAILABLE') return []
    throw error
  })
  return [...real, synthetic]
}

/**
 * The camera that `wanted` names: an index, an id, a short name, libcamera's own id, or `synthetic`.
 * @throws {MioError} `ERR_NO_CAMERA`, `ERR_LIBCAMERA_UNAVAILABLE`
 */
export async function findCamera(wanted: number | string): Promise<CameraInfo> {
  if (wanted === 'synthetic') return synthetic
  const cameras = await listLibcameraCameras()
  const index = typeof wanted === 'number' ? wanted : /^\d+$/.test(wanted) ? Number(wanted) : -1
  const found =
    cameras[index] ??
    cameras.find(({ id, shortName, backendId }) => wanted === id || wanted === shortName || wanted === backendId)
  if (found) return found
  // Let the backend say why: it knows about devices that must not be opened.
  return {
    id: urlSafeId(String(wanted)),
    shortName: String(wanted),
    name: String(wanted),
    backend: 'libcamera',
    backendId: String(wanted),
  }
}
