import { type Finding, warning } from '../finding.ts'
import type { Host } from '../host.ts'

/** libcamera makes a camera's id of the sensor's path in the device tree, which Docker hides: moby issue 43419. */
export function checkCameraIds({ machine, board, container }: Host): Finding[] {
  if (!container || board.pipeline === undefined || machine.exists('/sys/firmware/devicetree/base')) return []
  const found = 'the container hides /sys/firmware, so camera ids are not those of the host, and some sensors fail'
  return [warning('camera ids', found, 'In the compose file: security_opt: ["systempaths=unconfined"]')]
}
