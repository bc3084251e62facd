import * as z from 'zod'
import type { OpenRoute } from '../config/schema.ts'
import { type ServedCamera, describeCamera, cameraSchema } from './cameras.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { retryAfter } from './http_errors.ts'
import { metricsOf } from './metrics.ts'
import { readinessOf, readinessSchema } from './readiness.ts'
import { version } from '../package.ts'

/**
 * What is asked of the service as a whole.
 * @param document describes all endpoints, these too
 */
export function serviceEndpoints(
  cameras: readonly ServedCamera[],
  authOpen: readonly OpenRoute[],
  document: () => object,
): Endpoint[] {
  const sources = cameras.map(({ source }) => source)
  let metrics: ReturnType<typeof metricsOf> | undefined
  return [
    endpoint({
      method: 'get',
      path: '/health',
      summary: 'Whether the process serves',
      open: true,
      answers: { 200: { about: 'It does', schema: () => z.object({ status: z.literal('ok') }) } },
      handle: () => ({ status: 'ok' }),
    }),
    endpoint({
      method: 'get',
      path: '/ready',
      summary: 'Whether pictures come',
      open: authOpen.includes('ready'),
      answers: {
        200: { about: 'Every camera gives pictures, or would as soon as somebody watched', schema: readinessSchema },
        503: { about: 'A camera does not', schema: readinessSchema },
      },
      handle({ response }) {
        const answer = readinessOf(sources)
        if (answer.status !== 'ready') response.status(503).set('Retry-After', retryAfter)
        return answer
      },
    }),
    endpoint({
      method: 'get',
      path: '/metrics',
      summary: 'For Prometheus',
      open: authOpen.includes('metrics'),
      answers: { 200: { about: 'Text format 0.0.4', type: 'text/plain; version=0.0.4; charset=utf-8' } },
      async handle({ response }) {
        const registry = await (metrics ??= metricsOf(sources))
        response
          .set({ 'Cache-Control': 'no-store', 'Content-Type': registry.contentType })
          .send(await registry.metrics())
      },
    }),
    endpoint({
      method: 'get',
      path: '/version',
      summary: 'What runs here',
      answers: {
        200: { about: 'Name and version', schema: () => z.object({ name: z.string(), version: z.string() }) },
      },
      handle: () => ({ name: 'motioninocean', version }),
    }),
    endpoint({
      method: 'get',
      path: '/openapi.json',
      summary: 'This description',
      answers: { 200: { about: 'OpenAPI 3.1', schema: () => z.looseObject({ openapi: z.string() }) } },
      handle: document,
    }),
    endpoint({
      method: 'get',
      path: '/api/cameras',
      summary: 'The cameras, with relative URLs of their pictures',
      answers: { 200: { about: 'The first is the one without /cameras/…', schema: () => z.array(cameraSchema()) } },
      handle: () => cameras.map(describeCamera),
    }),
  ]
}
