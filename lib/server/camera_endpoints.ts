import * as z from 'zod'
import { MioError } from '../camera/errors.ts'
import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'
import type { CameraMemory } from './camera_memory.ts'
import { clientsOf, clientsSchema } from './clients.ts'
import { controlEndpoints } from './control_endpoints.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { eventsOf } from './event_feed.ts'
import { integrationsEndpoint } from './integrations_endpoint.ts'
import { type MjpegRouterOptions, pictureEndpoints } from './mjpeg_router.ts'
import { statusOf, statusSchema } from './status.ts'

export interface CameraEndpointOptions extends MjpegRouterOptions {
  /** Whether the service asks for a token. */
  hasToken?: boolean
}

/** All that is asked of one camera, at `/` and at `/cameras/<id>/`. */
export function cameraEndpoints(source: FrameSource, memory: CameraMemory, options: CameraEndpointOptions): Endpoint[] {
  const hub = hubOf(source, options)
  const events = eventsOf(source)
  const { maxClients = 0 } = options
  return [
    ...pictureEndpoints(source, options),
    endpoint({
      method: 'get',
      path: '/api/status',
      summary: 'State and numbers of the camera, flat, for dashboards',
      answers: { 200: { about: 'The status', schema: statusSchema } },
      handle: () => statusOf(source, hub),
    }),
    ...controlEndpoints(source, memory),
    endpoint({
      method: 'get',
      path: '/api/clients',
      summary: 'The viewers of the stream in numbers',
      answers: { 200: { about: 'The longest there first', schema: clientsSchema } },
      handle: () => clientsOf(hub),
    }),
    endpoint({
      method: 'get',
      path: '/api/events',
      summary: 'Server-Sent Events: `state` and `encoder` with each change, `status` every two seconds',
      query: z.object({ lastEventId: z.string().optional().catch(undefined).describe('As the header Last-Event-ID') }),
      answers: { 200: { about: 'Endless', type: 'text/event-stream' } },
      errors: [503],
      handle({ query: { lastEventId }, request, response }) {
        if (hub.closed) throw new MioError('ERR_STOPPING', { asked: 'events', found: 'the service is being stopped' })
        if (request.method === 'HEAD') return void response.type('text/event-stream').end()
        if (maxClients > 0 && events.size >= maxClients) {
          throw new MioError('ERR_TOO_MANY_CLIENTS', { asked: 'events', found: `${maxClients} clients listen` })
        }
        events.join(response, request.get('last-event-id') ?? lastEventId)
      },
    }),
    integrationsEndpoint(options.hasToken ?? false),
  ]
}
