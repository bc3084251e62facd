import { readFileSync } from 'node:fs'

/** Kernel: Documentation/driver-api/thermal/sysfs-api.rst. On a Raspberry Pi the first zone is the processor. */
const zone = '/sys/class/thermal/thermal_zone0/temp'

/** Temperature of the processor in degrees Celsius; null where nobody tells. */
export function temperature(file = zone): number | null {
  try {
    const thousandths = Number.parseInt(readFileSync(file, 'utf8'), 10)
    return Number.isFinite(thousandths) ? Math.round(thousandths / 100) / 10 : null
  } catch {
    return null
  }
}
