import { binding, type NativeOffer } from './binding.ts'
import { fromNative, MioError } from './errors.ts'

/** A format and size of pictures that a camera can stream. */
export interface PictureSize {
  /** As libcamera calls it: `MJPEG`, `YUV420`, `NV12`, … */
  readonly format: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Where any size up to this one is offered too. */
  readonly upTo?: { readonly width: number; readonly height: number }
}

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
  /** What it can stream, the format that costs least first. Of a CSI camera, the sizes that its sensor is scaled to. */
  readonly pictures: readonly PictureSize[]
  /** How its sensor can be read out; none of a webcam. */
  readonly sensorModes: readonly { readonly width: number; readonly height: number; readonly bitDepth: number }[]
}

/** `/base/soc/i2c0mux/i2c@1/imx708@1a` → `base-soc-i2c0mux-i2c-1-imx708-1a` */
export function urlSafeId(backendId: string): string {
  return backendId.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|-+$/g, '')
}

/**
 * The cameras of a backend, in its order.
 * @throws {MioError} `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_CAMERA`
 */
async function camerasOf(backend: CameraInfo['backend']): Promise<CameraInfo[]> {
  try {
    const { cameras } = await binding().listCameras(backend)
    return cameras.map(({ id, model, offers }, index) => ({
      id: urlSafeId(id),
      shortName: backend === 'synthetic' ? id : `cam${index}`,
      name: model || id,
      backend,
      backendId: id,
      pictures: offers.filter(({ bitDepth }) => bitDepth === 0).map(pictureSize),
      sensorModes: sensorModes(offers),
    }))
  } catch (error) {
    throw fromNative(error, 'list cameras')
  }
}

function pictureSize({ format, width, height, maxWidth, maxHeight }: NativeOffer): PictureSize {
  const isOne = maxWidth === width && maxHeight === height
  return { format, width, height, ...(isOne ? {} : { upTo: { width: maxWidth, height: maxHeight } }) }
}

/** A mode has several formats that differ only in how pixels are packed. */
function sensorModes(offers: readonly NativeOffer[]): CameraInfo['sensorModes'] {
  const modes = offers
    .filter(({ bitDepth }) => bitDepth > 0)
    .map(({ width, height, bitDepth }) => [`${width}x${height} ${bitDepth}`, { width, height, bitDepth }] as const)
  return [...new Map(modes).values()]
}

/**
 * The cameras of libcamera, in its order.
 * @throws {MioError} `ERR_LIBCAMERA_UNAVAILABLE`, `ERR_CAMERA`
 */
export const listLibcameraCameras = (): Promise<CameraInfo[]> => camerasOf('libcamera')

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
  return [...real, ...(await camerasOf('synthetic'))]
}

/**
 * The camera that `wanted` names: an index, an id, a short name, libcamera's own id, or `synthetic`.
 * @throws {MioError} `ERR_NO_CAMERA`, `ERR_LIBCAMERA_UNAVAILABLE`
 */
export async function findCamera(wanted: number | string): Promise<CameraInfo> {
  const cameras = await camerasOf(wanted === 'synthetic' ? wanted : 'libcamera')
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
    pictures: [],
    sensorModes: [],
  }
}
