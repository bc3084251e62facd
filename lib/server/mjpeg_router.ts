import cors from 'cors'
import { type RequestHandler, Router } from 'express'
import * as z from 'zod'
import type { FrameSource } from '../camera/source.ts'
import { type HubOptions, hubOf } from '../stream/hub.ts'
import { type Endpoint, endpoint, endpointRouter, handlerOf } from './endpoint.ts'
import { answerErrors } from './http_errors.ts'
import { silent } from './log.ts'
import { snapshotEndpoint, type SnapshotOptions, stillEndpoint } from './snapshot_endpoint.ts'
import { streamEndpoint, type StreamOptions } from './stream_endpoint.ts'

/**
 * Any page may show the stream and read what a GET gives: Mainsail and Fluidd fetch across origins. None but our own may
 * change anything: that takes a JSON body, and no page may send one, because `Content-Type` is not among the headers.
 */
export const allowCors = cors({
  methods: ['GET', 'HEAD'],
  allowedHeaders: ['Authorization', 'Cache-Control', 'Last-Event-ID', 'Pragma', 'X-Request-Id'],
  exposedHeaders: ['X-Request-Id', 'X-Timestamp'],
})

/** How `mjpegRouter` serves its source. */
export interface MjpegRouterOptions extends HubOptions, StreamOptions, SnapshotOptions {}

/**
 * Stream, snapshot and still of one source, for any Express program:
 *
 * ```ts
 * app.use('/cam', mjpegRouter(camera))   // /cam/stream.mjpg, /cam/snapshot.jpg, /cam/?action=stream, …
 * ```
 */
export function mjpegRouter(source: FrameSource, options: MjpegRouterOptions = {}): Router {
  return Router().use(allowCors, endpointRouter(pictureEndpoints(source, options)), answerErrors(silent))
}

/** The snapshot alone, for a path of your own. */
export function snapshotHandler(source: FrameSource, options: SnapshotOptions = {}): RequestHandler {
  return handlerOf(snapshotEndpoint(source, options))
}

/** Stream, snapshot and still. */
export function pictureEndpoints(source: FrameSource, options: MjpegRouterOptions): Endpoint[] {
  const stream = streamEndpoint(hubOf(source, options), options)
  const snapshot = snapshotEndpoint(source, options)
  return [stream, snapshot, stillEndpoint(source, options), actionEndpoint(stream, snapshot)]
}

/** mjpg-streamer's URLs, which OctoPrint and Moonraker have as defaults. */
function actionEndpoint(stream: Endpoint, snapshot: Endpoint): Endpoint {
  const actions: Record<string, RequestHandler> = { stream: handlerOf(stream), snapshot: handlerOf(snapshot) }
  return endpoint({
    method: 'get',
    path: '/',
    summary: "The stream or the snapshot under mjpg-streamer's URLs; else the page",
    query: z.object({ action: z.enum(['stream', 'snapshot']).optional().catch(undefined) }),
    answers: { 200: { about: 'As the stream, the snapshot, or the page', type: '*/*' } },
    // Where there is no page.
    errors: [404, 503],
    handle: ({ query: { action }, request, response, next }) =>
      action ? actions[action]?.(request, response, next) : next(),
  })
}
