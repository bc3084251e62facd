import { z } from 'zod'
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
  rotation: z
    .union([z.literal(0), z.literal(180)])
    .default(0)
    .describe('Rotation in degrees, done by the sensor'),
  hflip: z.boolean().default(false).describe('Mirror left and right'),
  vflip: z.boolean().default(false).describe('Mirror top and bottom'),
  bufferCount: z.int().min(2).max(16).optional().describe("Camera buffers; by default the camera's own choice"),
  slots: z.int().min(8).max(64).default(12).describe('JPEGs that can be on loan at once'),
  frameTimeout: z
    .int()
    .min(100)
    .max(60_000)
    .default(3000)
    .describe('Milliseconds without a good picture until the camera counts as stalled'),
})

/** Options of `openCamera`; all are optional. */
export type CameraOptions = z.input<typeof cameraOptions>
export type CheckedCameraOptions = z.output<typeof cameraOptions>

/**
 * Checks options and fills in the defaults.
 * @throws {MioError} `ERR_INVALID_OPTION`
 */
export function checkCameraOptions(options: CameraOptions = {}): CheckedCameraOptions {
  const result = cameraOptions.safeParse(options)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  const value = (options as Record<string, unknown>)[name ?? '']
  throw new MioError('ERR_INVALID_OPTION', {
    asked: 'open a camera',
    found: `option ${name} is ${JSON.stringify(value)}: ${issue?.message}`,
  })
}
