import type { Request } from 'express'
import { z } from 'zod'
import { MioError } from '../camera/errors.ts'

/** `?fps=` and `?frames=` of a stream. */
export const streamQuery = z.object({
  fps: z.coerce.number<string>('a number above 0').positive('a number above 0').optional(),
  frames: z.coerce
    .number<string>('a whole number from 1 on')
    .int('a whole number from 1 on')
    .min(1, 'a whole number from 1 on')
    .optional(),
})

/** `?max_age=` of a snapshot, in milliseconds. */
export const snapshotQuery = z.object({
  max_age: z.coerce.number<string>('0 or more milliseconds').min(0, '0 or more milliseconds').optional(),
})

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
