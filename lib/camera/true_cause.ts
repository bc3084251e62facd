import { hurdleBehind } from '../doctor/hurdle.ts'
import { hostOf } from '../doctor/host.ts'
import { type Machine, thisMachine } from '../machine/machine.ts'
import { MioError } from './errors.ts'

/**
 * The error with its true cause, where the machine tells one: libcamera says "no camera" of a /run/udev that
 * is not mounted too, and "no memory" of a heap that must not be opened.
 */
export function withTrueCause(
  error: unknown,
  size: { width: number; height: number },
  machine: Machine = thisMachine(),
): unknown {
  if (!(error instanceof MioError)) return error
  const hurdle = hurdleBehind(error.code, hostOf(machine), size)
  if (!hurdle) return error
  const { asked, found } = error
  return new MioError(hurdle.code, {
    ...(asked === undefined ? {} : { asked }),
    found: `${found}: ${hurdle.found}`,
    remedy: hurdle.remedy,
    cause: error,
  })
}
