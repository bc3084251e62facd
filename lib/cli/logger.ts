import { type Logger, pino } from 'pino'
import { setLogListener } from '../camera/log.ts'
import type { Settings } from '../config/schema.ts'

/** JSON lines, or coloured ones on a terminal. */
export async function createLogger({
  logLevel: level,
  logFormat,
}: Pick<Settings, 'logLevel' | 'logFormat'>): Promise<Logger> {
  const pretty = logFormat === 'pretty' || (logFormat === 'auto' && process.stdout.isTTY)
  if (!pretty) {
    // Synchronous: the last lines before the end are the ones that matter, and they shall come in order.
    const lines = pino.destination({ sync: true })
    return pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, lines)
  }
  const { default: pinoPretty } = await import('pino-pretty')
  return pino({ level }, pinoPretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }))
}

/** libcamera's own lines among ours, each with its level and category. */
export function foldInLibcamera(log: Logger): void {
  setLogListener(({ level, category, message }) => log[level]({ libcamera: category }, message))
}
