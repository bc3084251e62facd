import { noLibcameraHelp } from './addon_help.ts'

/**
 * Every failure that a user can meet has a stable code. The same code stands in `error.code`, in the
 * log, in `/ready`, on the page and in what `motioninocean doctor` finds; docs/troubleshooting.md has a
 * chapter on each.
 */
export type ErrorCode = keyof typeof remedies

/** What to do, by code. The sentence that ends each message. */
export const remedies = {
  ERR_ADDON_NOT_BUILT: 'Build it once with: npm run build:native',
  ERR_ADDON_LOAD: 'Install the missing library (Debian, Raspberry Pi OS: sudo apt install libturbojpeg0)',
  ERR_LIBCAMERA_UNAVAILABLE:
    'Install libcamera 0.4 or newer (Debian 13, Raspberry Pi OS: sudo apt install libcamera-dev) and build again, or use the synthetic camera',
  ERR_NO_CAMERA:
    'Check the ribbon cable and `rpicam-hello --list-cameras`; in a container, that /run/udev and the camera devices are mounted',
  ERR_NO_UDEV:
    'Mount the host\'s /run/udev: in the compose file, volumes: ["/run/udev:/run/udev:ro"]; without Docker, start udev',
  ERR_DEVICE_NOT_MAPPED:
    'Map the camera devices into the container: `motioninocean doctor --compose` writes a compose file with all of them',
  ERR_DEVICE_RULE:
    'Allow the devices: in the compose file, list them under devices:, or set device_cgroup_rules: ["c *:* rw"]',
  ERR_DEVICE_GONE: 'Create the container again, as its nodes are those of devices that are not there any more',
  ERR_PERMISSION:
    'Add the user to the groups that own the device (usually video and render), or the group ids to group_add in the compose file',
  ERR_LIBCAMERA_MISMATCH:
    "Use a libcamera from where the kernel comes from: on Raspberry Pi OS, the image as published or Raspberry Pi's own packages",
  ERR_IPA_MISSING:
    'Install the modules that belong to this libcamera (Debian, Raspberry Pi OS: sudo apt install libcamera-ipa)',
  ERR_LEGACY_STACK:
    'Remove start_x=1 and bcm2835-v4l2 from /boot/firmware/config.txt and /etc/modules, set camera_auto_detect=1, and restart',
  ERR_CAMERA_BUSY: 'Stop the other program or camera object that uses it',
  ERR_CAMERA_CONFIG: 'Ask for a size and format that the camera offers: motioninocean list',
  ERR_CAMERA_STALLED: 'Check the cable and the power supply; the camera can be opened again',
  ERR_CAMERA_UNPLUGGED: 'Plug it in again; it can then be opened again',
  ERR_CAMERA: 'See the log lines of libcamera just before this one',
  ERR_CAMERA_CLOSED: 'Open the camera again',
  ERR_NO_DMA_HEAP:
    'Map /dev/dma_heap into the container and give the heaps to the group video; outside a container, add the user to it',
  ERR_CMA_TOO_SMALL:
    'Reserve more (on a Pi: dtoverlay=vc4-kms-v3d,cma-256 in /boot/firmware/config.txt, then restart), or ask for a smaller size',
  ERR_NO_BUFFERS: 'Free memory for the camera, or ask for a smaller size',
  ERR_ENCODER: 'Choose another encoder or a smaller size',
  ERR_FRAME_RELEASED: 'Use frame.data before frame.release(), or keep a copy with frame.copy()',
  ERR_SNAPSHOT_TIMEOUT: 'Look at the state of the camera; ask again when it is live',
  ERR_INVALID_OPTION: 'Correct the option',
  ERR_NOT_SUPPORTED: 'camera.controls lists what this camera has',
  ERR_UNKNOWN_CONTROL: 'camera.controls lists what this camera has',
  ERR_CONFIG: 'Correct the setting and start again: motioninocean --help',
  ERR_PORT_IN_USE: 'Choose another port with MIO_PORT or --port, or stop the program that listens there',
  ERR_LISTEN: 'Choose another address with MIO_BIND or --bind, or another port with MIO_PORT or --port',
  ERR_CAMERA_STARTING: 'Wait for the first picture',
  ERR_UNKNOWN_CAMERA: 'GET /api/cameras lists the cameras',
  ERR_TOO_MANY_CLIENTS: 'Close another viewer, or allow more with MIO_MAX_CLIENTS',
  ERR_STOPPING: 'Connect again when the service has been restarted',
  ERR_PICTURE: 'Ask again; when it goes on, look at the picture as the camera gives it: GET /snapshot.jpg',
  ERR_BUSY: 'Ask again a little later, or for fewer different pictures',
  ERR_METHOD_NOT_ALLOWED: 'Use a method that it takes: GET /openapi.json lists them',
  ERR_UNSUPPORTED_TYPE: 'Send Content-Type: application/json',
  ERR_TOO_LARGE: 'Send less',
  ERR_UNAUTHORIZED: 'Send the token as Authorization: Bearer, as the Basic password, or as ?token=',
  ERR_BAD_REQUEST: 'Correct the request',
  ERR_NOT_FOUND: 'GET / is the page, GET /stream.mjpg the stream, GET /snapshot.jpg one picture',
  ERR_INTERNAL: 'See the log of the service',
} as const

/** What an error says. */
export interface ErrorDetails {
  /** What was asked for, e.g. `open camera "7"`. */
  asked?: string
  /** What was found instead, e.g. `libcamera lists 2 cameras: cam0, cam1`. */
  found: string
  /** What to do; by default the remedy of the code. */
  remedy?: string
  cause?: unknown
}

/** The one error class of the project. `code` is stable; the message is for people. */
export class MioError extends Error {
  readonly code: ErrorCode
  readonly asked: string | undefined
  readonly found: string
  readonly remedy: string

  constructor(code: ErrorCode, { asked, found, remedy = remedies[code], cause }: ErrorDetails) {
    const what = asked ? `${asked}: ${found}` : found
    super(`${what}. ${remedy}.`, cause === undefined ? undefined : { cause })
    this.name = 'MioError'
    this.code = code
    this.asked = asked
    this.found = found
    this.remedy = remedy
  }
}

/** Turns what the addon throws (`code`, `found`) into a {@link MioError}; anything else is passed on. */
export function fromNative(error: unknown, asked?: string): unknown {
  if (error instanceof MioError) return error
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  if (!(error.code in remedies)) return error
  return new MioError(error.code as ErrorCode, {
    ...(asked === undefined ? {} : { asked }),
    found: error.message,
    ...(error.code === 'ERR_LIBCAMERA_UNAVAILABLE' ? { remedy: noLibcameraHelp() } : {}),
    cause: error,
  })
}
