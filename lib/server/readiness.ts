import { MioError } from '../camera/errors.ts'
import type { CameraState, FrameSource } from '../camera/source.ts'

export interface Readiness {
  readonly status: 'ready' | 'not ready'
  /** Of the first camera that is not ready. */
  readonly code?: string
  readonly message?: string
  /** Whether the pictures are made up. */
  readonly synthetic: boolean
  readonly cameras: readonly {
    id: string
    status: CameraState['status']
    backend: FrameSource['backend']
    code?: string
  }[]
}

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
