import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packageRoot } from '../package.ts'
import { notBuiltHelp, notLoadedHelp } from './addon_help.ts'
import { MioError } from './errors.ts'
import type { RawMode } from './raw_frame.ts'
import type { SensorMode } from './sensor_mode.ts'

/** What the addon takes to open a camera. All values are checked before they get here. */
export interface NativeOptions {
  /** Joins who captures from this camera already; else it has one of its own. */
  shared: boolean
  backend: 'libcamera' | 'synthetic'
  id: string
  width: number
  height: number
  fps: number
  minFps: number
  bufferCount: number
  rotate180: boolean
  hflip: boolean
  vflip: boolean
  /** Of the sensor mode; 0 chooses. */
  sensorWidth: number
  sensorHeight: number
  /** A second stream for stills, where that costs the first one nothing. */
  still: boolean
  /** Of a second stream for raw frames; 0: there shall be none. */
  rawWidth: number
  rawHeight: number
  encoder: 'auto' | 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  quality: number
  slots: number
  frameTimeout: number
  /** Quality is lowered to stay below; 0: no limit. */
  maxBytesPerSecond: number
  /** What viewers are told by Exif: 1 upright, 6 to be turned by 90 degrees clockwise, 8 by 270. */
  orientation: 1 | 6 | 8
}

/** Pictures that a camera offers: of one size, or of any up to the largest. */
export interface NativeOffer {
  format: string
  /** Of a sensor mode; 0: pictures that can be streamed. */
  bitDepth: number
  width: number
  height: number
  maxWidth: number
  maxHeight: number
}

export interface NativeCameraInfo {
  id: string
  model: string
  offers: NativeOffer[]
}

export interface NativeMode {
  width: number
  height: number
  fps: number
  format: string
  stride: number
  bufferCount: number
  memory: string
  orientation: number
  still: 'beside the stream' | 'instead of the stream'
  raw?: RawMode
  sensor?: SensorMode
}

export interface NativeSlots {
  /** One long-lived Buffer for each slot; left out when they are still the same. */
  buffers?: Buffer[]
  /** Number of the first of them. */
  firstSlot?: number
}

export interface NativeOpened extends NativeSlots {
  mode: NativeMode
}

export interface NativeStill {
  data: Buffer
  width: number
  height: number
  sequence: number
  timestamp: number
  monotonic: bigint
}

/** What encodes now. */
export interface NativeEncoder {
  name: 'passthrough' | 'v4l2-m2m' | 'turbojpeg'
  reason: string
  /** A hardware encoder's device; else empty. */
  device: string
  /** How its JPEGs get into the slots. */
  output: string
  /** Bytes of JPEG that the CPU copied between a device's buffers and slots. */
  bytesCopied: number
  /** How often the hardware failed while running. */
  fallbacks: number
  refusals: { device: string; why: string }[]
}

export interface NativeStatistics {
  captured: number
  encoded: number
  unwatched: number
  unsettled: number
  noSlot: number
  encoderBusy: number
  superseded: number
  /** Frames that were given to senders. */
  fed: number
  /** Those of them that were copied, and their bytes. */
  copiedFrames: number
  copiedBytes: number
  marked: number
  truncated: number
  encoderFailed: number
  /** Pictures of which no raw frame was made, because the last one was still copied or no slot was free. */
  rawMissed: number
  rawSlots: number
  rawLent: number
  slots: number
  lent: number
  fps: number
  quality: number
  lastFrameAge?: number
}

export type NativeValueType = 'boolean' | 'integer' | 'float' | 'string' | 'rectangle' | 'size' | 'point' | 'unknown'

export interface NativeControl {
  id: number
  name: string
  vendor: string
  type: NativeValueType
  isArray: boolean
  size?: number
  min: unknown
  max: unknown
  default: unknown
  enumerators?: Record<string, number>
}

export interface NativeControlSetting {
  id: number
  type: NativeValueType
  isArray: boolean
  numbers: number[]
}

export type OnFrame = (
  slot: number,
  length: number,
  sequence: number,
  wallMilliseconds: number,
  monotonicSeconds: number,
  monotonicNanoseconds: number,
  lent: number,
  /** Of the JPEG in the slot's Buffer, bytes. */
  offset: number,
) => void

export type OnRaw = (
  /** 0 is YUV420, 1 is NV12. */
  format: number,
  slot: number,
  /** In the slot's Buffer, bytes. */
  offset: number,
  width: number,
  height: number,
  sequence: number,
  wallMilliseconds: number,
  monotonicSeconds: number,
  monotonicNanoseconds: number,
  lent: number,
) => void

export interface NativeCamera {
  /**
   * Once for each object; frames come after {@link start}. Opens the camera, or joins who has it open in this process, as it is set then.
   * @param settings what the camera is opened with, for those who join
   */
  open(options: NativeOptions, settings: string): Promise<void>
  /** Those that the camera runs with, whoever has set them. Undefined once closed. */
  settings(): string | undefined
  /** When nothing that takes a while is under way, by whomever. */
  settle(): Promise<void>
  /** With the first good frame. */
  start(): Promise<void>
  /** What was opened, to be asked after all that may change it. Undefined once closed. */
  opened(): NativeOpened | undefined
  /** Does all or nothing. */
  reconfigure(options: NativeOptions, settings: string): Promise<void>
  /** Of the options only those that need no stop: rate, quality, limit, orientation. */
  adjust(options: NativeOptions, settings: string): Promise<void>
  /** @param timeout milliseconds */
  still(timeout: number): Promise<NativeStill>
  close(): Promise<void>
  watch(watched: boolean): void
  /** Whether raw frames in this format are wanted. */
  watchRaw(format: number, watched: boolean): void
  /** To be asked after `watchRaw`, and when `opened` is. */
  rawSlots(format: number): NativeSlots
  releaseRaw(format: number, slot: number): void
  /** Frames go to `sender` too, without JavaScript. With fewer free slots than `reservedSlots` they are copied. */
  feed(sender: NativeSender, reservedSlots: number): void
  unfeed(sender: NativeSender): void
  /** Calls the frame listener now if a frame waits. Those that are fed wait until the next one, and wake nobody. */
  poll(): void
  release(slot: number): void
  /** Empty once closed, and while the camera is being changed. */
  controls(): NativeControl[]
  /** The values in force, by the names of controls and others. Empty as `controls` is. */
  metadata(): Record<string, unknown>
  setControls(settings: NativeControlSetting[]): Promise<void>
  /** Once closed, only what is known of the pool. */
  statistics(): Partial<NativeStatistics>
  /** Undefined once closed. */
  encoder(): NativeEncoder | undefined
  keepAlive(keep: boolean): void
}

/** The pieces of the wire format, as native/sender/wire_format.h puts them together. */
export interface NativeSenderOptions {
  head: string
  beforeTimestamp: string
  beforeState: string
  headEnd: string
  between: string
  closing: string
  /** Milliseconds in which a part must be taken. */
  sendTimeout: number
  /** Upper bounds of the classes of latency in seconds, rising. */
  latencyBounds: readonly number[]
}

export interface NativeSenderSums {
  sent: number
  skipped: number
  bytes: number
  /** One more than there are bounds. */
  latencyCounts: number[]
  /** In seconds. */
  latencySum: number
}

/** A thread that sends parts to viewers' descriptors. */
export interface NativeSender {
  /** Duplicates the descriptor for a viewer of that number; false when there is none left. Sends nothing yet. */
  add(id: number, descriptor: number): boolean
  /** From here on nobody else writes to the connection. 0 is no limit. */
  begin(id: number, fps: number, frames: number): void
  /** Drops a viewer without telling. */
  remove(id: number): void
  /**
   * A part for all; copied once.
   * @param timestamp milliseconds since 1970
   * @param exposed milliseconds on CLOCK_MONOTONIC; undefined for a placeholder
   */
  publish(jpeg: Uint8Array, timestamp: number, exposed: number | undefined, state?: string): void
  /** Ends all streams after their part in flight and, if given, a last picture. */
  end(jpeg?: Uint8Array, timestamp?: number, exposed?: undefined, state?: string): void
  /** Drops all viewers without telling. Of no use afterwards, but for its sums. */
  stop(): void
  /** Six numbers for each viewer: id, sent, skipped, bytes, parts per second, last exposure in ms or 0. */
  viewers(): Float64Array
  /** How many frames came, without placeholders, and when the last one did, milliseconds on CLOCK_MONOTONIC or 0. */
  frames(): Float64Array
  sums(): NativeSenderSums
}

export interface NativeCameraWatch {
  start(): Promise<void>
  stop(): Promise<void>
}

/** The addon, as native/addon/addon.cc exports it. */
export interface Binding {
  Camera: new (
    onFrame: OnFrame,
    onFault: (error: Error) => void,
    onEncoder: (now: NativeEncoder) => void,
    onRaw: OnRaw,
    /** How the camera is set may have changed: ask `opened` and `settings`. */
    onChanged: () => void,
  ) => NativeCamera
  Sender: new (
    options: NativeSenderOptions,
    onLeft: (id: number, why: 'ended' | 'disconnected' | 'timeout') => void,
  ) => NativeSender
  CameraWatch: new (onChange: () => void) => NativeCameraWatch
  listCameras(
    backend: 'libcamera' | 'synthetic',
  ): Promise<{ version: string; builtFor: string; cameras: NativeCameraInfo[] }>
  /** False for what is no TCP socket. */
  limitBacklog(descriptor: number, bytes: number): boolean
  /** The hardware encoders for pictures of this size in pixels, best first, and why others do not do. */
  findEncoders(
    width: number,
    height: number,
  ): Promise<{ candidates: string[]; refusals: { device: string; why: string }[] }>
  onLog(listener: ((level: number, category: string, message: string) => void) | undefined): void
}

let loaded: Binding | undefined

/**
 * The addon, loaded on first use.
 * @throws {MioError} `ERR_ADDON_NOT_BUILT`, `ERR_ADDON_LOAD`
 */
export function binding(): Binding {
  loaded ??= load()
  return loaded
}

let missing = false

/** The addon where there is one; looked for once. For what works without it, if less well. */
export function optionalBinding(): Binding | undefined {
  if (missing) return undefined
  try {
    return binding()
  } catch {
    missing = true
    return undefined
  }
}

/** The addon as it was built here, or the prebuild that fits this machine. */
function load(): Binding {
  const root = packageRoot()
  // From the package and not from here, which may be a bundle that has no node_modules of its own.
  const require = createRequire(join(root, 'package.json'))
  const nodeGypBuild = require('node-gyp-build') as { path(root: string): string }
  let path: string
  try {
    path = nodeGypBuild.path(root)
  } catch (cause) {
    const libc = /\blibc=(\w+)/.exec((cause as Error).message)?.[1]
    throw new MioError('ERR_ADDON_NOT_BUILT', {
      found: `there is no native addon for ${process.platform}-${process.arch}${libc ? ` with ${libc}` : ''} in ${root}`,
      remedy: notBuiltHelp(libc),
      cause,
    })
  }
  try {
    return require(path) as Binding
  } catch (cause) {
    const words = (cause as Error).message
    throw new MioError('ERR_ADDON_LOAD', {
      found: `the native addon ${path} did not load: ${words}`,
      remedy: notLoadedHelp(words),
      cause,
    })
  }
}
