import express, { type Express, Router } from 'express'
import { MioError } from '../camera/errors.ts'
import type { FrameSource } from '../camera/source.ts'
import type { OpenRoute } from '../config/schema.ts'
import { type HubOptions, hubOf } from '../stream/hub.ts'
import { authenticate } from './authenticate.ts'
import { cameraEndpoints } from './camera_endpoints.ts'
import { CameraMemory } from './camera_memory.ts'
import { cameraRouter } from './camera_router.ts'
import { aliasOf, cameraNamed } from './cameras.ts'
import { endpointRouter } from './endpoint.ts'
import { answerErrors, notFound } from './http_errors.ts'
import { inTurn } from './in_turn.ts'
import { type Log, silent } from './log.ts'
import { allowCors, pictureEndpoints } from './mjpeg_router.ts'
import { type Mount, openApi } from './openapi.ts'
import { pageAssets } from './page.ts'
import { PictureJobs } from './picture_jobs.ts'
import { requestLog } from './request_log.ts'
import { securityHeaders } from './security.ts'
import { serviceEndpoints } from './service_endpoints.ts'
import { Turns } from './turns.ts'

/** What `createApp` serves, and how. */
export interface AppOptions extends HubOptions {
  /** The cameras; the first is also served without `/cameras/<id>`. */
  sources: readonly [FrameSource, ...FrameSource[]]
  /** @internal Their names `cam0`, `cam1`, …; by default after the ids that they have when the application is made. */
  aliases?: readonly string[]
  /** Path in front of all routes, e.g. `/camera`. Default none. */
  basePath?: string
  /** Viewers at most, of all cameras together; 0, the default, is no limit. */
  maxClients?: number
  /** Folder where changes over HTTP are remembered; by default they end with the process. */
  stateDir?: string | undefined
  /** Pictures converted at once, of all cameras together. Default 2. */
  snapshotJobs?: number
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
  app.use(inTurn, requestLog(log), securityHeaders)
  app.use(basePath || '/', routes(options))
  if (basePath) {
    app.get('/', ({ originalUrl }, response) => {
      const [, ...query] = originalUrl.split('?')
      response.redirect([`.${basePath}/`, ...query].join('?'))
    })
  }
  app.use(notFound, answerErrors(log))
  return app
}

const tags = {
  service: { name: 'service', description: 'The service as a whole' },
  first: { name: 'first camera', description: 'The only camera, or the first of several' },
  each: { name: 'each camera', description: 'The same for a camera by its id, or as cam0, cam1, …' },
}

function routes(options: AppOptions): Router {
  const {
    sources,
    aliases = sources.map(aliasOf),
    token,
    authOpen = [],
    log = silent,
    stateDir,
    snapshotJobs,
    maxClients = 0,
    size,
    sendTimeout,
    delivery,
  } = options
  const clients = (): number => sources.reduce((sum, source) => sum + hubOf(source).viewers.size, 0)
  const conversions = new Turns(snapshotJobs)
  const jobs = sources.map(() => new PictureJobs(snapshotJobs, undefined, conversions))
  const hasToken = token !== undefined
  const hubOptions = { ...(size && { size }), ...(sendTimeout && { sendTimeout }), ...(delivery && { delivery }) }
  const common = { hasToken, maxClients, clients, ...hubOptions }
  const cameras = sources.map((source, index) => {
    const perCamera = { ...common, jobs: jobs[index]! }
    const endpoints = cameraEndpoints(source, new CameraMemory(source, stateDir, log), perCamera)
    return { source, alias: aliases[index] ?? `cam${index}`, endpoints, router: cameraRouter(endpoints) }
  })
  const webcam = pictureEndpoints(sources[0], { ...common, jobs: jobs[0]! })
  const service = serviceEndpoints(cameras, authOpen, () => openApi(mounts, { isProtected: token !== undefined }))
  const [{ endpoints: first, router: firstRouter }] = cameras as [(typeof cameras)[0]]
  const mounts: Mount[] = [
    { prefix: '', tag: tags.service, endpoints: service },
    { prefix: '', tag: tags.first, endpoints: first },
    { prefix: '/webcam', tag: tags.first, endpoints: webcam },
    { prefix: '/cameras/{id}', tag: tags.each, endpoints: first },
  ]

  const router = Router()
  // A preflight comes without credentials, so it is answered before they are asked for.
  router.use(allowCors)
  router.use(endpointRouter(service.filter(({ open }) => open)))
  router.use(pageAssets()).use('/cameras/:id', pageAssets())
  if (hasToken) router.use(authenticate(token, log))
  router.use(endpointRouter(service.filter(({ open }) => !open)))
  router.use('/cameras/:id', (request, response, next) => {
    const { id } = request.params
    const camera = cameraNamed(id, cameras)
    if (!camera)
      throw new MioError('ERR_UNKNOWN_CAMERA', { asked: `camera "${id}"`, found: 'there is none of that name' })
    camera.router(request, response, next)
  })
  router.use('/webcam', endpointRouter(webcam))
  router.use(firstRouter)
  return router
}
