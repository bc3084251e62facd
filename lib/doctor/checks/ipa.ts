import { remedies } from '../../camera/errors.ts'
import { installedLibcameras, ipaModule } from '../../machine/libcamera_files.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import { type Host, pipelineOf } from '../host.ts'

/** Whether libcamera has the module with the Pi's exposure and colour algorithms, and its sensors' tuning. */
export function checkIpa(host: Host): Finding[] {
  const { machine, sensors } = host
  const pipeline = pipelineOf(host)
  // Without libcamera the check of libcamera says so.
  const [libcamera] = installedLibcameras(machine)
  if (pipeline === undefined || libcamera === undefined) return []
  const name = `ipa_rpi_${pipeline}.so`
  const path = ipaModule(machine, name)
  if (path === undefined) {
    return [
      missing(
        'ipa',
        'ERR_IPA_MISSING',
        `there is no ${name} beside ${libcamera.folder}/${libcamera.soname}`,
        remedies.ERR_IPA_MISSING,
      ),
    ]
  }
  if (!machine.exists(`${path}.sign`)) {
    const found = `${path} has no signature, so libcamera runs it in a process of its own`
    return [warning('ipa', found, 'Install libcamera-ipa from the same source as libcamera')]
  }
  const share = libcamera.folder.startsWith('/usr/local/') ? '/usr/local/share' : '/usr/share'
  const tuning = `${share}/libcamera/ipa/rpi/${pipeline}`
  const has = (sensor: string): boolean => machine.exists(`${tuning}/${sensor}.json`)
  const untuned = sensors.filter((sensor) => !has(sensor) && !has(`${sensor}_mono`))
  if (untuned.length > 0) {
    const found = `${path}; there is no tuning file for ${untuned.join(', ')} in ${tuning}`
    return [warning('ipa', found, "Install the sensor maker's libcamera, or set LIBCAMERA_RPI_TUNING_FILE")]
  }
  return [ok('ipa', path)]
}
