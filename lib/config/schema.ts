import * as z from 'zod'
import { cameraOptions, encoders } from '../camera/options.ts'
import { isProxy } from './proxy.ts'

/** What a person needs to know of a setting. */
export interface SettingInfo {
  /** What is allowed, to stand after "allowed is" and in the table of --help. */
  readonly values: string
  /** The default, as a person would write it. */
  readonly fallback: string
  readonly about: string
  /** Never shown, and may come from a file: `MIO_TOKEN_FILE`, `--token-file`. */
  readonly secret?: true
}

const registry = z.registry<SettingInfo>()

/** A setting comes as text, from the environment or the command line, and `schema` makes a value of it. */
function setting<T extends z.ZodType<unknown, string>>(schema: T, info: SettingInfo): T {
  registry.add(schema, info)
  return schema
}

const { fps, minFps, quality, maxBitrate, rotation, sensorMode, bufferCount, frameTimeout } = cameraOptions.shape
const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number)
const whole = z.string().regex(/^\d+$/).transform(Number)
const trueOrFalse = 'true or false'
const truth = () => z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })
const unlessAuto = (text: string): string | undefined => (text === 'auto' ? undefined : text)
const unlessNone = (text: string): string | undefined => (text === 'none' ? undefined : text)
/** What stands between commas; `none` is nothing. */
const list = z.string().transform((text) => (text === 'none' ? [] : text.split(',').map((part) => part.trim())))

const cameraList = z.string().transform((text, context) => {
  const names = text.split(',').map((name) => name.trim())
  const unclear = names.length > 1 && (names.includes('auto') || new Set(names).size < names.length)
  if (unclear || names.includes('')) context.addIssue('not a list of different cameras')
  return names.map((name) => (/^\d{1,2}$/.test(name) ? Number(name) : name))
})

const resolution = z
  .string()
  .regex(/^\d+x\d+$/i)
  .transform((text) => {
    const [width = 0, height = 0] = text.toLowerCase().split('x').map(Number)
    return { width, height }
  })
  .pipe(z.object({ width: cameraOptions.shape.width.unwrap(), height: cameraOptions.shape.height.unwrap() }))

const basePath = z
  .string()
  .regex(/^(\/?[\w.~-]+)*\/?$/)
  .transform((text) => text.split('/').filter(Boolean))
  .transform((parts) => parts.map((part) => `/${part}`).join(''))

/** Visible ASCII: everything else is spelt differently by each client's idea of Basic, Bearer and a URL. */
const token = z
  .string()
  .transform(unlessNone)
  .pipe(
    z
      .string()
      .regex(/^[!-~]{8,512}$/)
      .optional(),
  )

/** Python's names are understood too, for those who come from the Python original. */
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const logLevel = z
  .string()
  .toLowerCase()
  .transform((text) => ({ warning: 'warn', critical: 'fatal' })[text] ?? text)
  .pipe(z.enum(levels))

const logFormat = z
  .string()
  .transform((text) => (text === 'text' ? 'pretty' : text))
  .pipe(z.enum(['auto', 'json', 'pretty']))

/** Routes that may be opened while there is a token. */
export const openRoutes = ['ready', 'metrics'] as const
export type OpenRoute = (typeof openRoutes)[number]

/**
 * Every setting of the service: the types, the environment variables, the flags, `--help` and `config` all
 * follow from this one schema.
 */
export const settingsSchema = z.object({
  camera: setting(cameraList, {
    values: 'auto, synthetic, 0, 1, …, an id, or several with commas',
    fallback: 'auto',
    about: 'Which camera; auto is the first, or the synthetic one where there is none',
  }),
  resolution: setting(resolution, {
    values: 'WIDTHxHEIGHT, even numbers from 64 to 8192',
    fallback: '1280x720',
    about: 'Picture size',
  }),
  fps: setting(number.pipe(fps.unwrap()), {
    values: 'a number from 0.1 to 240',
    fallback: '30',
    about: 'Frames per second, set on the sensor',
  }),
  minFps: setting(
    z
      .string()
      .transform(unlessAuto)
      .pipe(z.union([z.undefined(), number.pipe(minFps.unwrap())])),
    {
      values: 'auto or a number from 0.1 to 240',
      fallback: 'auto',
      about: 'Lowest rate in low light; auto never falls below fps',
    },
  ),
  jpegQuality: setting(whole.pipe(quality.unwrap()), {
    values: 'a whole number from 1 to 100',
    fallback: '80',
    about: 'JPEG quality',
  }),
  maxBitrate: setting(
    z
      .string()
      .transform((text) => (text === 'none' ? undefined : text))
      .pipe(z.union([z.undefined(), number.pipe(maxBitrate.unwrap())])),
    {
      values: 'none or a number from 0.1 to 10000',
      fallback: 'none',
      about: 'Megabits per second of a stream at most; quality is lowered for it',
    },
  ),
  encoder: setting(z.enum(encoders), {
    values: encoders.join(', '),
    fallback: 'auto',
    about: 'Who makes the JPEGs; auto takes the best there is',
  }),
  rotation: setting(whole.pipe(rotation.unwrap()), {
    values: '0, 90, 180, 270',
    fallback: '0',
    about: 'Rotation in degrees, clockwise; 90 and 270 by Exif',
  }),
  hflip: setting(truth(), { values: trueOrFalse, fallback: 'false', about: 'Mirror left and right, as seen' }),
  vflip: setting(truth(), { values: trueOrFalse, fallback: 'false', about: 'Mirror top and bottom, as seen' }),
  sensorMode: setting(sensorMode.unwrap(), {
    values: 'auto or WIDTHxHEIGHT',
    fallback: 'auto',
    about: 'Sensor mode; auto sees as much as the sensor does at the wanted rate',
  }),
  stillStream: setting(truth(), {
    values: trueOrFalse,
    fallback: 'true',
    about: 'A second stream for full-size stills, where it costs only memory',
  }),
  tuningFile: setting(
    z.string().transform((text) => (text === 'none' ? undefined : text)),
    {
      values: 'none or a path',
      fallback: 'none',
      about: "Tuning file for libcamera's Raspberry Pi cameras",
    },
  ),
  bufferCount: setting(
    z
      .string()
      .transform(unlessAuto)
      .pipe(z.union([z.undefined(), whole.pipe(bufferCount.unwrap())])),
    {
      values: 'auto or a whole number from 2 to 16',
      fallback: 'auto',
      about: 'Camera buffers; fewer need less memory',
    },
  ),
  frameTimeout: setting(whole.pipe(frameTimeout.unwrap()), {
    values: 'a whole number from 100 to 60000',
    fallback: '3000',
    about: 'Milliseconds, and three frames, without a picture until a restart',
  }),
  idleSeconds: setting(whole.pipe(z.int().max(86_400)), {
    values: 'a whole number from 0 to 86400',
    fallback: '0',
    about: 'Seconds without a viewer until the camera is stopped; 0 never stops it',
  }),
  startAnyway: setting(truth(), {
    values: trueOrFalse,
    fallback: 'false',
    about: 'Serve what is wrong where only a person can mend the camera; the image does',
  }),
  port: setting(whole.pipe(z.int().max(65_535)), {
    values: 'a whole number from 0 to 65535',
    fallback: '8000',
    about: 'Port to listen on; 0 takes any free one',
  }),
  bind: setting(z.string().regex(/^[\w.:%-]+$/), {
    values: 'an address or a host name',
    fallback: '0.0.0.0',
    about: 'Address to listen on; 127.0.0.1 for this machine alone',
  }),
  basePath: setting(basePath, {
    values: 'a path such as /camera',
    fallback: '/',
    about: 'Path in front of all routes, for a proxy that keeps it',
  }),
  maxClients: setting(whole.pipe(z.int().max(10_000)), {
    values: 'a whole number from 0 to 10000',
    fallback: '100',
    about: 'Viewers at once; 0 is no limit',
  }),
  sendTimeout: setting(whole.pipe(z.int().min(1000).max(600_000)), {
    values: 'a whole number from 1000 to 600000',
    fallback: '10000',
    about: 'Milliseconds for a client to take a picture, or be dropped',
  }),
  snapshotJobs: setting(whole.pipe(z.int().min(1).max(16)), {
    values: 'a whole number from 1 to 16',
    fallback: '2',
    about: 'Snapshots converted (width, format, …) at once',
  }),
  stateDir: setting(z.string().transform(unlessNone), {
    values: 'none or the path of a folder',
    fallback: 'none',
    about: 'Where controls and settings changed over HTTP are kept',
  }),
  trustedProxies: setting(list.pipe(z.array(z.string().refine(isProxy))), {
    values: 'none, or with commas 10.0.0.1, 172.16.0.0/12, loopback, uniquelocal',
    fallback: 'none',
    about: 'Proxies whose X-Forwarded-… headers are believed',
  }),
  token: setting(token, {
    values: 'none or 8 to 512 visible ASCII characters',
    fallback: 'none',
    about: 'Secret for all but /health: as Bearer, Basic password or ?token=',
    secret: true,
  }),
  authOpen: setting(list.pipe(z.array(z.enum(openRoutes))), {
    values: 'none, ready, metrics, or both with a comma',
    fallback: 'none',
    about: 'What is open without the token, too',
  }),
  logLevel: setting(logLevel, { values: levels.join(', '), fallback: 'info', about: 'How much is logged' }),
  logFormat: setting(logFormat, {
    values: 'auto, json, pretty',
    fallback: 'auto',
    about: 'auto is pretty on a terminal, else JSON lines',
  }),
})

export type Settings = z.output<typeof settingsSchema>
export type SettingKey = keyof Settings

/** A setting under all its names. */
export interface Setting extends SettingInfo {
  readonly key: SettingKey
  /** E.g. `MIO_JPEG_QUALITY`. */
  readonly env: string
  /** E.g. `jpeg-quality`. */
  readonly flag: string
  /** Whether the flag may stand without a value. */
  readonly isSwitch: boolean
  /** E.g. `MIO_TOKEN_FILE` and `token-file`; only a secret has them. */
  readonly fileEnv: string | undefined
  readonly fileFlag: string | undefined
  readonly schema: z.ZodType<unknown, string>
}

export const settingList: readonly Setting[] = Object.entries(settingsSchema.shape).map(([key, schema]) => {
  const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const info = registry.get(schema)!
  const env = `MIO_${words.replaceAll('-', '_').toUpperCase()}`
  return {
    key: key as SettingKey,
    env,
    flag: words,
    isSwitch: info.values === trueOrFalse,
    fileEnv: info.secret && `${env}_FILE`,
    fileFlag: info.secret && `${words}-file`,
    schema,
    ...info,
  }
})
