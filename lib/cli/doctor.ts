import { binding } from '../camera/binding.ts'
import { fromNative, MioError } from '../camera/errors.ts'
import type { CommandLine } from '../config/flags.ts'
import type { Configuration } from '../config/load.ts'
import { composeFile } from '../doctor/compose.ts'
import { examine } from '../doctor/examine.ts'
import { hostOf } from '../doctor/host.ts'
import type { Probes } from '../doctor/probes.ts'
import { isWell, jsonReport, textReport } from '../doctor/report.ts'
import { thisMachine } from '../machine/machine.ts'
import { version } from '../package.ts'

/**
 * Prints what the camera needs of this machine and what of it is missing; the process then ends with code 1.
 * With --compose, writes a compose file instead.
 * @throws {MioError} `ERR_NO_CAMERA` when there is nothing to write a compose file for
 */
export async function doctor({ settings }: Configuration, switches: CommandLine['switches']): Promise<void> {
  const host = hostOf(thisMachine())
  const size = settings.resolution
  if (switches.has('compose')) {
    // The file alone on standard output, to be redirected.
    process.stdout.write(composeFile(host, await probes.encoders(size)))
    return
  }
  const findings = await examine(host, probes, { size, encoder: settings.encoder })
  console.log(switches.has('json') ? jsonReport(version, findings) : textReport(version, findings))
  process.exitCode = isWell(findings) ? 0 : 1
}

const probes: Probes = {
  async libcamera() {
    try {
      return await binding().listCameras('libcamera')
    } catch (error) {
      const known = fromNative(error)
      if (known instanceof MioError) return known
      throw error
    }
  },
  async encoders({ width, height }) {
    try {
      return await binding().findEncoders(width, height)
    } catch (error) {
      // Without the addon, the check of libcamera has said so already.
      if (error instanceof MioError) return { candidates: [], refusals: [] }
      throw error
    }
  },
}
