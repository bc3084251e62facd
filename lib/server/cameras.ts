import * as z from 'zod'
import { sizeAsSeen } from '../camera/orientation.ts'
import type { FrameSource } from '../camera/source.ts'

/** A camera under the names that its URLs may have. */
export interface ServedCamera {
  readonly source: FrameSource
  /** `cam0`, `cam1`, … */
  readonly alias: string
}

export const cameraSchema = () =>
  z.object({
    id: z.string(),
    alias: z.string(),
    name: z.string(),
    backend: z.enum(['libcamera', 'synthetic']),
    status: z.enum(['starting', 'live', 'waiting', 'idle', 'closed']),
    code: z.string().nullable(),
    width: z.int().nullable(),
    height: z.int().nullable(),
    page: z.string(),
    stream: z.string(),
    snapshot: z.string(),
  })

/** `cam0`, `cam1`, …: the index by which the camera was asked for, else its place in the list. */
export function aliasOf({ id }: FrameSource, index: number): string {
  return /^cam\d+$/.test(id) ? id : `cam${index}`
}

/** The camera that `name` means. A camera's id may change when it is seen for the first time, from `cam0` to its own. */
export function cameraNamed<T extends ServedCamera>(name: string, cameras: readonly T[]): T | undefined {
  return cameras.find(({ source }) => source.id === name) ?? cameras.find(({ alias }) => alias === name)
}

export function describeCamera({ source, alias }: ServedCamera): z.output<ReturnType<typeof cameraSchema>> {
  const { id, name, backend, state, mode } = source
  const size = mode && sizeAsSeen(mode)
  return {
    id,
    alias,
    name,
    backend,
    status: state.status,
    code: state.code ?? null,
    width: size?.width ?? null,
    height: size?.height ?? null,
    page: `cameras/${id}/`,
    stream: `cameras/${id}/stream.mjpg`,
    snapshot: `cameras/${id}/snapshot.jpg`,
  }
}
