import * as z from 'zod'

const single = z.union([
  z.boolean(),
  z.number(),
  z.string(),
  z.strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }),
  z.strictObject({ width: z.int(), height: z.int() }),
  z.strictObject({ x: z.int(), y: z.int() }),
])

/** A control's value as JSON; the camera's own description says which are right. */
export const controlValue = z.union(
  [single, z.array(single)],
  'expected a boolean, a number, a name, a rectangle, a size, a point, or several',
)

/** Values by the names of controls. */
export const controlValues = z.record(z.string(), controlValue)

/** A control as `GET /api/controls` describes it. */
export const controlSchema = () =>
  z.object({
    name: z.string(),
    vendor: z.string().describe('libcamera, draft, rpi, …'),
    type: z.enum(['boolean', 'integer', 'float', 'string', 'rectangle', 'size', 'point', 'unknown']),
    isArray: z.boolean(),
    size: z.int().optional().describe('Elements, where that is fixed'),
    min: z.unknown().optional(),
    max: z.unknown().optional(),
    default: z.unknown().optional(),
    value: z.unknown().optional().describe('What is in force'),
    enumerators: z.record(z.string(), z.int()).optional().describe('Names that may be sent instead of numbers'),
  })
