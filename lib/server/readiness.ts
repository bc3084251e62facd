import * as z from 'zod'
import { MioError } from '../camera/errors.ts'
import type { FrameSource } from '../camera/source.ts'

/** `/ready` */
export const readinessSchema = () =>
  z.object({
    status: z.enum(['ready', 'not ready']),
    code: z.string().optional().describe('Of the first camera that is not ready'),
    message: z.string().optional(),
    synthetic: z.boolean().describe('Whether the pictures are made up'),
    cameras: z.array(
      z.object({
        id: z.string(),
        status: z.enum(['starting', 'live', 'waiting', 'idle', 'closed']),
        backend: z.enum(['libcamera', 'synthetic']),
        code: z.string().optional(),
      }),
    ),
  })

export type Readiness = z.output<ReturnType<typeof readinessSchema>>

/**
 * Whether every camera gives frames, or would as soon as somebody watched. That follows from the cameras' states, which count the frames that a
 * camera completes; frames delivered would not do, because while nobody watches none are.
 */
export function readinessOf(sources: readonly FrameSource[]): Readiness {
  const fault = sources.map(faultOf).find((found) => found !== undefined)
  return {
    status: fault ? 'not ready' : 'ready',
    ...fault,
    synthetic: sources.some((source) => source.backend === 'synthetic'),
    cameras: sources.map(({ id, backend, state: { status, code } }) => ({
      id,
      status,
      backend,
      ...(code === undefined ? {} : { code }),
    })),
  }
}

function faultOf({ name, state }: FrameSource): { code: string; message: string } | undefined {
  // An idle camera is woken by whoever asks for a picture.
  if (state.status === 'live' || state.status === 'idle') return undefined
  const { code, message } = state
  if (code !== undefined && message !== undefined) return { code, message }
  const error = new MioError(state.status === 'starting' ? 'ERR_CAMERA_STARTING' : 'ERR_CAMERA_CLOSED', {
    asked: `camera ${name}`,
    found: `it is ${state.status}`,
  })
  return { code: code ?? error.code, message: message ?? error.message }
}
