import { MioError } from '../camera/errors.ts'
import { connectionOf } from '../stream/connection.ts'
import type { Hub } from '../stream/hub.ts'
import { boundary, streamHeaders } from '../stream/multipart.ts'
import { endpoint } from './endpoint.ts'
import { streamQuery } from './query.ts'

export interface StreamOptions {
  /** Viewers at most; 0, the default, is no limit. */
  maxClients?: number
  /** Viewers now, as far as the limit goes; by default those of this source. */
  clients?: () => number
}

export const streamEndpoint = (hub: Hub, { maxClients = 0, clients = () => hub.viewers.size }: StreamOptions) =>
  endpoint({
    method: 'get',
    path: '/stream.mjpg',
    aliases: ['/stream'],
    summary: 'Live stream: each part is a JPEG',
    query: streamQuery,
    answers: { 200: { about: 'Endless', type: `multipart/x-mixed-replace; boundary=${boundary}` } },
    errors: [503],
    handle({ query: { fps, frames }, request, response }) {
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
    },
  })
