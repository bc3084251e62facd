import * as z from 'zod'
import { capturePatch } from '../camera/options.ts'
import type { FrameSource } from '../camera/source.ts'
import type { CameraMemory } from './camera_memory.ts'
import { controlSchema, controlValues } from './control_values.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const controls = { 200: { about: 'The controls by name', schema: () => z.record(z.string(), controlSchema()) } }
const settings = { 200: { about: 'The settings in force', schema: () => capturePatch } }
const fraction = z.number().min(0).max(1).optional()
const focusBody = z
  .strictObject({ x: fraction, y: fraction })
  .refine(({ x, y }) => (x === undefined) === (y === undefined), 'expected both x and y, or none')

/** What changes a camera while it runs. */
export function controlEndpoints(source: FrameSource, memory: CameraMemory): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/api/controls',
      summary: "The camera's controls with their ranges and what is in force",
      answers: controls,
      handle: () => source.controls,
    }),
    endpoint({
      method: 'patch',
      path: '/api/controls',
      summary: 'Sets controls; one bad value, and nothing is set',
      body: controlValues,
      answers: controls,
      errors: [503],
      async handle({ body }) {
        await memory.setControls(body)
        return source.controls
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/controls/reset',
      summary: 'Sets all controls back to the defaults of the camera',
      body: z.strictObject({}),
      answers: controls,
      errors: [503],
      async handle() {
        await memory.resetControls()
        return source.controls
      },
    }),
    endpoint({
      method: 'post',
      path: '/api/focus',
      summary: 'Focuses once on a point of the picture; without one, by itself on the whole of it',
      body: focusBody,
      answers: { 200: { about: 'It does', schema: () => z.strictObject({ focus: z.enum(['point', 'automatic']) }) } },
      errors: [503],
      async handle({ body }) {
        const { x, y } = body
        const point = x === undefined || y === undefined ? undefined : { x, y }
        await source.focus(point)
        return { focus: point ? 'point' : 'automatic' }
      },
    }),
    endpoint({
      method: 'get',
      path: '/api/settings',
      summary: 'How the camera captures and encodes',
      answers: settings,
      handle: () => source.settings,
    }),
    endpoint({
      method: 'patch',
      path: '/api/settings',
      summary: 'Changes that, with the viewers kept; when it fails, the camera goes on as it was',
      body: capturePatch,
      answers: settings,
      errors: [503],
      async handle({ body }) {
        await memory.reconfigure(body)
        return source.settings
      },
    }),
  ]
}
