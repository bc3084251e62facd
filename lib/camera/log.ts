import { binding } from './binding.ts'

const levels = ['debug', 'info', 'warn', 'error', 'fatal'] as const

/** One line of libcamera's log. */
export interface LogLine {
  readonly level: (typeof levels)[number]
  /** libcamera's category, e.g. `Camera` or `RPI`. */
  readonly category: string
  readonly message: string
}

/**
 * Sends libcamera's log lines to `listener` instead of nowhere; `undefined` ends it. One listener a process.
 * How much libcamera says is set by its own variable LIBCAMERA_LOG_LEVELS.
 */
export function setLogListener(listener: ((line: LogLine) => void) | undefined): void {
  binding().onLog(
    listener &&
      ((level, category, message) => {
        listener({ level: levels[level] ?? 'info', category, message })
      }),
  )
}
