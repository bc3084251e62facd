import { remedies } from '../../camera/errors.ts'
import { type Finding, missing } from '../finding.ts'
import type { Host } from '../host.ts'

/** Whether the old camera stack has taken the camera, which then is a V4L2 device of another kind. */
export function checkLegacyStack({ machine }: Host): Finding[] {
  const taken = machine
    .list('/sys/class/video4linux')
    .find((name) => machine.read(`/sys/class/video4linux/${name}/name`)?.startsWith('mmal service'))
  if (taken === undefined) return []
  return [
    missing(
      'legacy stack',
      'ERR_LEGACY_STACK',
      `/dev/${taken} is of the driver bcm2835-v4l2`,
      remedies.ERR_LEGACY_STACK,
    ),
  ]
}
