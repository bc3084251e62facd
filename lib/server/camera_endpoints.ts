import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'
import type { CameraMemory } from './camera_memory.ts'
import { controlEndpoints } from './control_endpoints.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { type MjpegRouterOptions, pictureEndpoints } from './mjpeg_router.ts'
import { statusOf, statusSchema } from './status.ts'

/** All that is asked of one camera, at `/` and at `/cameras/<id>/`. */
export function cameraEndpoints(source: FrameSource, memory: CameraMemory, options: MjpegRouterOptions): Endpoint[] {
  const hub = hubOf(source, options)
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
  ]
}
