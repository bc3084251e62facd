import { remedies } from '../../camera/errors.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import { type Host, pipelineOf } from '../host.ts'
import type { Encoders } from '../probes.ts'

/** Whether a device makes the JPEGs, and why not. */
export function checkEncoder(host: Host, { candidates, refusals }: Encoders, forced: string): Finding[] {
  if (candidates.length > 0) return [ok('encoder', `${candidates.join(', ')} can encode in hardware`)]
  // Those that the addon could not even see.
  const shut = host.devices
    .filter(({ use, path }) => use === 'encoder' && !refusals.some(({ device }) => device.startsWith(path)))
    .map(({ path }) => ({ device: path, why: host.machine.open(path) ?? 'it does not take these pictures' }))
  const why = [...refusals, ...shut].map((one) => `${one.device}: ${one.why}`).join('; ')
  if (forced === 'v4l2-m2m')
    return [missing('encoder', 'ERR_ENCODER', why || 'there is no hardware encoder', remedies.ERR_ENCODER)]
  if (!why)
    return [
      ok(
        'encoder',
        pipelineOf(host) === 'pisp'
          ? 'the CPU encodes: this board has no encoder for JPEG'
          : 'the CPU encodes: there is no hardware encoder',
      ),
    ]
  const remedy = host.container
    ? 'Map the encoder too (motioninocean doctor --compose names it), or choose another size'
    : 'Give this user access to it, or choose another size'
  return [warning('encoder', `the CPU encodes, as no device does: ${why}`, remedy)]
}
