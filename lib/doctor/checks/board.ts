import { type Finding, ok } from '../finding.ts'
import type { Host } from '../host.ts'

/** Which machine this is. */
export function checkBoard({ board: { model, kernel }, container }: Host): Finding[] {
  const where = container ? ', seen from a container' : ''
  return [ok('board', `${model ?? 'not a Raspberry Pi'}, kernel ${kernel.release} from ${kernel.house}${where}`)]
}
