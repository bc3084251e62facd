import type { ErrorCode } from '../camera/errors.ts'

/** What a check found. */
export type Finding = Sound | Warning | Missing

interface Sound {
  /** What was looked at, e.g. `udev`. */
  readonly check: string
  readonly status: 'ok'
  /** What was found, the start of a sentence. */
  readonly found: string
}

/** Pictures come, but something is not as it could be. */
interface Warning {
  readonly check: string
  readonly status: 'warning'
  readonly found: string
  /** What to do about it, a sentence. */
  readonly remedy: string
}

/** Without it no picture comes. */
export interface Missing {
  readonly check: string
  readonly status: 'missing'
  /** The error that openCamera and the service report of this; docs/troubleshooting.md has a chapter on each. */
  readonly code: ErrorCode
  readonly found: string
  readonly remedy: string
}

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found }
}

export function warning(check: string, found: string, remedy: string): Finding {
  return { check, status: 'warning', found, remedy }
}

export function missing(check: string, code: ErrorCode, found: string, remedy: string): Finding {
  return { check, status: 'missing', code, found, remedy }
}
