import { Router } from 'express'
import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'
import { mjpegRouter, type MjpegRouterOptions } from './mjpeg_router.ts'
import { page } from './page.ts'
import { statusOf } from './status.ts'

/** All that there is of one camera, at `/` and at `/cameras/<id>/`: pictures, status, and the page over both. */
export function cameraRouter(source: FrameSource, options: MjpegRouterOptions): Router {
  const router = Router()
  router.use(mjpegRouter(source, options))
  router.get('/api/status', (_request, response) => {
    response.set('Cache-Control', 'no-store').json(statusOf(source, hubOf(source)))
  })
  // The page's relative URLs need the slash. The redirect is relative too: a proxy may have cut the path.
  router.get('/', (request, response, next) => {
    const [path = '/', ...query] = request.originalUrl.split('?')
    if (path.endsWith('/')) return next()
    response.redirect([`${path.slice(path.lastIndexOf('/') + 1)}/`, ...query].join('?'))
  })
  router.use(page())
  return router
}
