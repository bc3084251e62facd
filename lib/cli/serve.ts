import closeWithGrace from 'close-with-grace'
import type { ErrorCode } from '../camera/errors.ts'
import type { EncoderInfo, FrameSource } from '../camera/source.ts'
import type { Configuration } from '../config/load.ts'
import { aliasOf } from '../server/cameras.ts'
import { ExpressMessages } from '../server/express_messages.ts'
import { serve as listen } from '../server/serve.ts'
import { assertWritable } from '../server/state_file.ts'
import { version } from '../package.ts'
import { publicUrl } from './addresses.ts'
import { chooseCameras } from './choose_cameras.ts'
import { LateListener } from './late_listener.ts'
import { createLogger, foldInLibcamera } from './logger.ts'

/** Milliseconds for viewers to take their last picture, and for everything; Docker kills after 10 s. */
const drainGrace = 3000
const wholeGrace = 9000

/** Streams until the process is told to stop. */
export async function serve({ settings, warnings }: Configuration): Promise<void> {
  const log = await createLogger(settings)
  for (const warning of warnings) log.warn(warning)
  foldInLibcamera(log)
  if (settings.stateDir !== undefined) await assertWritable(settings.stateDir)
  const cameras = await chooseCameras(settings, log)
  for (const camera of cameras) {
    logState(camera)
    logEncoder(camera)
  }

  const {
    bind,
    port,
    basePath,
    maxClients,
    sendTimeout,
    snapshotJobs,
    stateDir,
    trustedProxies,
    token,
    authOpen,
    resolution: size,
  } = settings
  // While their ids are those that they were asked for by.
  const aliases = cameras.map(aliasOf)
  const http = { basePath, maxClients, sendTimeout, snapshotJobs, stateDir, trustedProxies, token, authOpen }
  const messages = new ExpressMessages()
  const app = new LateListener(async () => {
    const { createApp } = await import('../server/create_app.ts')
    return messages.adopt(createApp({ ...http, sources: cameras, aliases, size, log }))
  })
  // Listening comes first: with the port in use, no camera is touched.
  const service = await listen(app.listener, {
    port,
    bind,
    messages,
    drain: async () => (await import('../server/close_streams.ts')).closeStreams(cameras),
    log,
  })
  closeWithGrace({ delay: wholeGrace, logger: log, skip: faults }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'stopping after an unforeseen error')
    else log.info({ signal }, 'stopping')
    await service.close(drainGrace)
    await Promise.all(cameras.map((camera) => camera.close()))
    log.info('stopped')
  })

  // Express and what is served take as long to load as a camera to open: both at once.
  await Promise.all([...cameras.map((camera) => camera.start()), app.load()])
  const hopeless = cameras.map(({ fault }) => fault).filter((fault) => fault && onlyAPersonCanMend.has(fault.code))
  if (hopeless.length === cameras.length && !settings.startAnyway) throw hopeless[0]
  const url = `${publicUrl(bind, service.port)}${basePath}/`
  log.info(
    { version, url, cameras: cameras.map(summary) },
    `MotionInOcean ${version}: ${cameras.map(inWords).join('; ')}. Open ${url}`,
  )

  function logState(source: FrameSource): void {
    source.onState(({ status, code, message }) => {
      if (status === 'waiting') log.warn({ camera: source.id, status, code }, message ?? 'no pictures')
      else log.info({ camera: source.id, status }, `camera ${source.name}: ${status}`)
    })
  }

  function logEncoder(source: FrameSource): void {
    source.onEncoder((encoder, fault) => {
      if (fault) log.warn({ camera: source.id, code: fault.code, encoder }, fault.message)
      else log.info({ camera: source.id, encoder }, `camera ${source.name}: ${encoderInWords(encoder)} from here on`)
    })
  }
}

/**
 * Faults that waiting does not heal. With no camera that can be hoped for, the start fails, unless whoever started it
 * would only start it again (`MIO_START_ANYWAY`); one bad camera does not stop another.
 */
const onlyAPersonCanMend: ReadonlySet<string> = new Set<ErrorCode>([
  'ERR_ADDON_LOAD',
  'ERR_ADDON_NOT_BUILT',
  'ERR_CAMERA_CONFIG',
  'ERR_DEVICE_RULE',
  'ERR_ENCODER',
  'ERR_LIBCAMERA_UNAVAILABLE',
  'ERR_PERMISSION',
])

/**
 * Not to be handled in JavaScript: after a handler returns, a faulting instruction only faults again, for
 * ever. The others are for debuggers, or mean that there is nothing left to do.
 */
const faults: closeWithGrace.AllEvents[] = [
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGUSR2',
  'beforeExit',
]

function summary({ id, name, backend, state, mode, encoder }: FrameSource): object {
  return { id, name, backend, status: state.status, code: state.code, mode, encoder }
}

function inWords({ name, mode, encoder, state }: FrameSource): string {
  if (!mode || !encoder) return `${name} is ${state.status}${state.code ? ` (${state.code})` : ''}`
  const picture = `${mode.width}x${mode.height} ${mode.format} at ${mode.fps || 'its own'} fps`
  return `${name} ${picture}, ${encoderInWords(encoder)} ${encoder.output} (${encoder.reason})`
}

function encoderInWords({ name, device }: EncoderInfo): string {
  return device ? `${name} on ${device}` : name
}
