import { Router } from 'express'
import { type Endpoint, endpointRouter } from './endpoint.ts'
import { page } from './page.ts'

/** All that there is of one camera: its endpoints, and the page over them. */
export function cameraRouter(endpoints: readonly Endpoint[]): Router {
  const router = Router()
  router.use(endpointRouter(endpoints))
  // The page's relative URLs need the slash. The redirect is relative too: a proxy may have cut the path.
  router.get('/', (request, response, next) => {
    const [path = '/', ...query] = request.originalUrl.split('?')
    if (path.endsWith('/')) return next()
    response.redirect([`${path.slice(path.lastIndexOf('/') + 1)}/`, ...query].join('?'))
  })
  router.use(page())
  return router
}
