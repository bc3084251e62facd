import cors from 'cors'
import { type RequestHandler, Router } from 'express'
import { MioError } from '../camera/errors.ts'
import type { FrameSource } from '../camera/source.ts'
import { connectionOf } from '../stream/connection.ts'
import { type Hub, type HubOptions, hubOf } from '../stream/hub.ts'
import { formatTimestamp, streamHeaders } from '../stream/multipart.ts'
import { parseQuery, snapshotQuery, streamQuery } from './query.ts'

/** Any page may show the stream and read the snapshot: Mainsail and Fluidd fetch both across origins. */
export const allowCors = cors({ methods: ['GET', 'HEAD'], exposedHeaders: ['X-Timestamp'] })

/** Milliseconds to wait for a picture: OctoPrint gives up after 5 s, and shall read why there is none. */
const snapshotTimeout = 4500

export interface MjpegRouterOptions extends HubOptions {
  /** Viewers at most; 0, the default, is no limit. */
  maxClients?: number
  /** Viewers now, as far as the limit goes; by default those of this source. */
  clients?: () => number
}

/**
 * Stream and snapshot of one source, for any Express program:
 *
 * ```ts
 * app.use('/cam', mjpegRouter(camera))   // /cam/stream.mjpg, /cam/snapshot.jpg, /cam/?action=stream, …
 * ```
 */
export function mjpegRouter(source: FrameSource, options: MjpegRouterOptions = {}): Router {
  const stream = streamHandler(hubOf(source, options), options)
  const snapshot = snapshotHandler(source, options)
  const router = Router()
  router.use(allowCors)
  router.get(['/stream.mjpg', '/stream'], stream)
  router.get(['/snapshot.jpg', '/snapshot'], snapshot)
  // mjpg-streamer's URLs, which OctoPrint and Moonraker have as defaults.
  router.get('/', (request, response, next) => {
    const { action } = request.query
    if (action === 'stream') return stream(request, response, next)
    if (action === 'snapshot') return snapshot(request, response, next)
    next()
  })
  return router
}

function streamHandler(
  hub: Hub,
  { maxClients = 0, clients = () => hub.viewers.size }: MjpegRouterOptions,
): RequestHandler {
  return (request, response) => {
    const { fps, frames } = parseQuery(streamQuery, request)
    if (hub.closed) throw new MioError('ERR_STOPPING', { asked: 'stream', found: 'the service is being stopped' })
    const isHead = request.method === 'HEAD'
    if (!isHead && maxClients > 0 && clients() >= maxClients) {
      throw new MioError('ERR_TOO_MANY_CLIENTS', { asked: 'stream', found: `${maxClients} viewers are connected` })
    }
    // Old MJPEG readers do not expect chunks, and without them the end of the body is the end of the connection.
    response.removeHeader('Transfer-Encoding')
    response.writeHead(200, { ...streamHeaders, Connection: 'close' })
    if (isHead) return void response.end()
    // The client may have gone while an asynchronous handler before this one was busy.
    if (response.closed) return
    hub.join(connectionOf(response), { fps, frames, address: request.ip })
  }
}

function snapshotHandler(source: FrameSource, { sendTimeout = 10_000 }: MjpegRouterOptions): RequestHandler {
  return async (request, response) => {
    const { max_age: maxAge } = parseQuery(snapshotQuery, request)
    const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store, no-transform' }
    if (request.method === 'HEAD') return void response.writeHead(200, headers).end()
    const frame = await source.frame({ timeout: snapshotTimeout, ...(maxAge !== undefined && { maxAge }) })
    // On loan until the answer is out, or the client gone, or it has taken nothing for too long.
    if (response.closed) return frame.release()
    response.once('close', () => frame.release())
    response.setTimeout(sendTimeout, () => response.destroy())
    response.writeHead(200, {
      ...headers,
      'Content-Length': frame.data.length,
      'X-Timestamp': formatTimestamp(frame.timestamp),
    })
    response.end(frame.data)
  }
}
