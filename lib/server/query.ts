import type { Request } from 'express'
import * as z from 'zod'
import { MioError } from '../camera/errors.ts'

/** A whole number as a parameter; `allowed` is told to who sends anything else. */
function whole(min: number, max: number, allowed = `a whole number from ${min} to ${max}`) {
  return z.coerce.number<string>(allowed).int(allowed).min(min, allowed).max(max, allowed)
}

/** `?fps=` and `?frames=` of a stream. */
export const streamQuery = z.object({
  fps: z.coerce
    .number<string>('a number above 0')
    .positive('a number above 0')
    .optional()
    .describe('Frames per second at most for this viewer'),
  frames: whole(1, Number.MAX_SAFE_INTEGER, 'a whole number from 1 on')
    .optional()
    .describe('Frames until the stream ends'),
})

/** What may be done to a picture before it is sent. Without any of these, it is sent as the camera's encoder made it. */
export const conversionQuery = z.object({
  width: whole(16, 8192).optional().describe('Pixels at most; the aspect is kept, and nothing is enlarged'),
  height: whole(16, 8192).optional().describe('Pixels at most'),
  quality: whole(1, 100).optional().describe('Quality of JPEG, WebP and AVIF'),
  format: z.enum(['jpeg', 'jpg', 'webp', 'avif', 'png'], 'jpeg, webp, avif or png').optional(),
  rotate: z.enum(['0', '90', '180', '270'], '0, 90, 180 or 270').optional().describe('Degrees, clockwise'),
})

/** The same, and `?max_age=`. */
export const snapshotQuery = conversionQuery.extend({
  max_age: z.coerce
    .number<string>('0 or more milliseconds')
    .min(0, '0 or more milliseconds')
    .optional()
    .describe('Milliseconds since exposure at most; 0: exposed after the request. Default 500'),
})

export type Conversion = z.output<typeof conversionQuery>

/**
 * The parameters that `schema` knows. Others are ignored: dashboards add their own against caches.
 * @throws {MioError} `ERR_BAD_REQUEST`
 */
export function parseQuery<T extends z.ZodType>(schema: T, request: Request): z.output<T> {
  const result = schema.safeParse(request.query)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const name = String(issue?.path[0])
  throw new MioError('ERR_BAD_REQUEST', {
    asked: `?${name}=${JSON.stringify(request.query[name])}`,
    found: `allowed is ${issue?.message}`,
  })
}
