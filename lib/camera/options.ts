import * as z from 'zod'
import { MioError } from './errors.ts'

const even = (name: string) =>
  z
    .int()
    .min(64)
    .max(8192)
    .refine((value) => value % 2 === 0, `${name} must be even`)

/** The names that `encoder` takes. */
export const encoders = ['auto', 'passthrough', 'v4l2-m2m', 'turbojpeg'] as const

/** How a camera is opened: the one description of each option, its range and its default. */
export const cameraOptions = z.strictObject({
  camera: z
    .union([z.int().min(0).max(99), z.string().min(1)])
    .default(0)
    .describe('0, 1, … in the order of `motioninocean list`, an id, or synthetic'),
  width: even('width').default(1280).describe('Picture width in pixels'),
  height: even('height').default(720).describe('Picture height in pixels'),
  fps: z.number().min(0.1).max(240).default(30).describe('Frames per second, set on the sensor'),
  minFps: z.number().min(0.1).max(240).optional().describe('Lowest rate in low light; by default the rate never falls'),
  quality: z.int().min(1).max(100).default(80).describe('JPEG quality'),
  encoder: z.enum(encoders).default('auto').describe('Which encoder to use'),
  maxBitrate: z
    .number()
    .min(0.1)
    .max(10_000)
    .optional()
    .describe('Megabits per second of JPEGs at most; quality is lowered to stay below. By default no limit'),
  rotation: z
    .union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)])
    .default(0)
    .describe('Rotation in degrees, clockwise; 90 and 270 are told to viewers by Exif'),
  hflip: z.boolean().default(false).describe('Mirror left and right, as seen'),
  vflip: z.boolean().default(false).describe('Mirror top and bottom, as seen'),
  sensorMode: z
    .union([z.literal('auto'), z.string().regex(/^\d+x\d+$/)], 'expected auto or WIDTHxHEIGHT')
    .default('auto')
    .describe('Sensor mode, e.g. 2304x1296; auto sees as much as the sensor does at the wanted rate'),
  stillStream: z
    .boolean()
    .default(true)
    .describe('A second stream for full-size stills, where it costs the first one nothing but memory'),
  rawSize: z
    .string()
    .regex(/^\d+x\d+$/, 'expected WIDTHxHEIGHT')
    .optional()
    .describe(
      'Size of raw frames, e.g. 320x240, from a second stream of the camera, not larger than the first; where it has none, and by default, they are the pictures that are also encoded',
    ),
  bufferCount: z.int().min(2).max(16).optional().describe("Camera buffers; by default the camera's own choice"),
  slots: z.int().min(8).max(64).default(12).describe('JPEGs that can be on loan at once'),
  frameTimeout: z
    .int()
    .min(100)
    .max(60_000)
    .default(3000)
    .describe('Milliseconds without a good picture until the camera counts as stalled; at least three frames'),
})

const { width, height, fps, minFps, quality, maxBitrate, encoder, rotation, hflip, vflip, sensorMode, bufferCount } =
  cameraOptions.shape

/** What can be changed while the camera runs: the same options, and nothing by default. */
export const capturePatch = z
  .strictObject({
    width: width.unwrap(),
    height: height.unwrap(),
    fps: fps.unwrap(),
    minFps: minFps.nullable().describe('Lowest rate in low light; null: the rate never falls'),
    quality: quality.unwrap(),
    maxBitrate: maxBitrate.nullable().describe('Megabits per second of JPEGs at most; null: no limit'),
    encoder: encoder.unwrap(),
    rotation: rotation.unwrap(),
    hflip: hflip.unwrap(),
    vflip: vflip.unwrap(),
    sensorMode: sensorMode.unwrap(),
    bufferCount: bufferCount.nullable().describe("Camera buffers; null: the camera's own choice"),
  })
  .partial()

/** A change of {@link CaptureSettings}: what is left out stays as it is. */
export type CapturePatch = z.input<typeof capturePatch>
/** What was asked of a camera that can be changed while it runs; `CameraMode` tells what came of it. */
export type CaptureSettings = Pick<CheckedCameraOptions, keyof CapturePatch>

/** Options of `openCamera`; all are optional. */
export type CameraOptions = z.input<typeof cameraOptions>
export type CheckedCameraOptions = z.output<typeof cameraOptions>

/**
 * Checks options and fills in the defaults.
 * @throws {MioError} `ERR_INVALID_OPTION`
 */
export function checkCameraOptions(options: CameraOptions = {}): CheckedCameraOptions {
  return parse(cameraOptions, options, 'open a camera')
}

/**
 * The options after a change.
 * @throws {MioError} `ERR_INVALID_OPTION`
 */
export function patchCameraOptions(options: CheckedCameraOptions, patch: CapturePatch): CheckedCameraOptions {
  const changed = Object.entries(parse(capturePatch, patch, 'reconfigure a camera'))
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, value ?? undefined])
  return { ...options, ...(Object.fromEntries(changed) as Partial<CaptureSettings>) }
}

/** Milliseconds from one frame to the next at most, as it was asked for. */
export function longestFrameTime(settings: Pick<CaptureSettings, 'fps' | 'minFps'>): number {
  return 1000 / Math.min(settings.fps, settings.minFps ?? Infinity)
}

/** Milliseconds without a good picture until the camera counts as stalled. A slow one is given three frames. */
export function stallTimeout(options: Pick<CheckedCameraOptions, 'fps' | 'minFps' | 'frameTimeout'>): number {
  return Math.max(options.frameTimeout, Math.ceil(3 * longestFrameTime(options)))
}

/** Those of the options that can be changed while the camera runs. */
export function captureSettings(options: CheckedCameraOptions): CaptureSettings {
  const keys = Object.keys(capturePatch.shape) as (keyof CaptureSettings)[]
  const known = keys.filter((key) => options[key] !== undefined).map((key) => [key, options[key]])
  return Object.fromEntries(known) as CaptureSettings
}

function parse<T extends z.ZodType>(schema: T, options: z.input<T>, asked: string): z.output<T> {
  const result = schema.safeParse(options)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const value = (options as Record<string, unknown>)[name ?? '']
  throw new MioError('ERR_INVALID_OPTION', {
    asked,
    found: `option ${name} is ${JSON.stringify(value)}: ${issue?.message}`,
  })
}
