import { MioError } from '../../camera/errors.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import type { Host } from '../host.ts'
import type { Libcamera } from '../probes.ts'

/** Whether libcamera lists a camera, and if not, how far the kernel got. */
export function checkCameras(host: Host, libcamera: Libcamera | MioError): Finding[] {
  const { receivers, sensors } = host
  const cameras = libcamera instanceof MioError ? [] : libcamera.cameras
  const names = cameras.map(({ model, id }) => (model ? `${model} (${id})` : id)).join(', ')
  if (cameras.length > 0 && cameras.length >= sensors.length) return [ok('cameras', names)]
  if (cameras.length > 0) {
    const found = `libcamera lists ${names}; the kernel also has ${sensors.join(', ')}`
    return [warning('cameras', found, 'Look at the lines of libcamera in the log of the service')]
  }
  const seen = sensors.length > 0 ? `sensor ${sensors.join(', ')}` : receivers.map(({ model }) => model).join(', ')
  const found = seen ? `the kernel has ${seen}, and libcamera lists no camera` : 'the kernel has no camera'
  return [missing('cameras', 'ERR_NO_CAMERA', found, remedyOf(host))]
}

function remedyOf({ receivers, sensors, board }: Host): string {
  if (receivers.length === 0 && board.pipeline) {
    return 'With the power off, check the ribbon cable at both ends; /boot/firmware/config.txt must have camera_auto_detect=1, or the dtoverlay of a camera that is not from Raspberry Pi'
  }
  if (receivers.length === 0) return 'Plug a webcam in, or use the synthetic camera: MIO_CAMERA=synthetic'
  if (receivers.every(({ pipeline }) => pipeline) && sensors.length === 0)
    return 'No sensor answers: with the power off, check the ribbon cable at both ends, and that the dtoverlay is of this sensor'
  return 'Mend what else is missing here; if that is nothing, look at the lines of libcamera in the log of the service'
}
