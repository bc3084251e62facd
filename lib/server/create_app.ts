import express, { type Express, type RequestHandler, Router } from 'express'
import { MioError } from '../camera/errors.ts'
import type { FrameSource } from '../camera/source.ts'
import { type HubOptions, hubOf } from '../stream/hub.ts'
import type { OpenRoute } from '../config/schema.ts'
import { authenticate } from './authenticate.ts'
import { cameraRouter } from './camera_router.ts'
import { answerErrors, notFound } from './http_errors.ts'
import { type Log, silent } from './log.ts'
import { allowCors, mjpegRouter } from './mjpeg_router.ts'
import { pageAssets } from './page.ts'
import { readinessOf } from './readiness.ts'
import { securityHeaders } from './security.ts'
import { version } from '../package.ts'

export interface AppOptions extends HubOptions {
  /** The cameras; the first is also served without `/cameras/<id>`. */
  sources: readonly [FrameSource, ...FrameSource[]]
  /** Path in front of all routes, e.g. `/camera`. Default none. */
  basePath?: string
  /** Viewers at most, of all cameras together; 0, the default, is no limit. */
  maxClients?: number
  /** Proxies whose `X-Forwarded-*` headers are believed, as Express's `trust proxy` takes them. Default none. */
  trustedProxies?: string[]
  /** The secret that everything but `/health` asks for; by default nothing does. */
  token?: string | undefined
  /** What is open without the secret, too. */
  authOpen?: readonly OpenRoute[]
  log?: Log
}

/** The whole HTTP service over some cameras, as an Express application. */
export function createApp(options: AppOptions): Express {
  const { basePath = '', trustedProxies = [], log = silent } = options
  const app = express()
  app.disable('x-powered-by').set('etag', false).set('trust proxy', trustedProxies)
  app.use(securityHeaders)
  app.use(basePath || '/', routes(options))
  if (basePath) app.get('/', (_request, response) => response.redirect(`.${basePath}/`))
  app.use(notFound, answerErrors(log))
  return app
}

function routes({ sources, maxClients = 0, token, authOpen = [], log = silent, ...hubOptions }: AppOptions): Router {
  const clients = (): number => sources.reduce((sum, source) => sum + hubOf(source).viewers.size, 0)
  const options = { ...hubOptions, maxClients, clients }
  const cameras = sources.map((source, index) => ({
    source,
    alias: aliasOf(source, index),
    router: cameraRouter(source, options),
  }))

  const router = Router()
  const ready: RequestHandler = (_request, response) => {
    const answer = readinessOf(sources)
    response.status(answer.status === 'ready' ? 200 : 503)
    response.set('Cache-Control', 'no-store').json(answer)
  }
  // A preflight comes without credentials, so it is answered before they are asked for.
  router.use(allowCors)
  router.get('/health', (_request, response) => void response.json({ status: 'ok' }))
  if (authOpen.includes('ready')) router.get('/ready', ready)
  router.use(pageAssets()).use('/cameras/:id', pageAssets())
  if (token !== undefined) router.use(authenticate(token, log))
  router.get('/ready', ready)
  router.get('/version', (_request, response) => void response.json({ name: 'motioninocean', version }))
  router.get('/api/cameras', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(cameras.map(({ source, alias }) => describe(source, alias)))
  })
  router.use('/cameras/:id', (request, response, next) => {
    const { id } = request.params
    // A camera's id may change when it is seen for the first time, from `cam0` to its own.
    const camera = cameras.find(({ source }) => source.id === id) ?? cameras.find(({ alias }) => alias === id)
    if (!camera)
      throw new MioError('ERR_UNKNOWN_CAMERA', { asked: `camera "${id}"`, found: 'there is none of that name' })
    camera.router(request, response, next)
  })
  router.use('/webcam', mjpegRouter(sources[0], options))
  router.use(cameraRouter(sources[0], options))
  return router
}

/** `cam0`, `cam1`, …: the index by which the camera was asked for, else its place in the list. */
function aliasOf({ id }: FrameSource, index: number): string {
  return /^cam\d+$/.test(id) ? id : `cam${index}`
}

function describe({ id, name, backend, state, mode }: FrameSource, alias: string): object {
  return {
    id,
    alias,
    name,
    backend,
    status: state.status,
    code: state.code ?? null,
    width: mode?.width ?? null,
    height: mode?.height ?? null,
    page: `cameras/${id}/`,
    stream: `cameras/${id}/stream.mjpg`,
    snapshot: `cameras/${id}/snapshot.jpg`,
  }
}
