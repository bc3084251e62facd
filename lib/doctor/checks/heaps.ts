import { remedies } from '../../camera/errors.ts'
import { heapsOf } from '../../machine/heaps.ts'
import { type Finding, missing, ok } from '../finding.ts'
import { type Host, pipelineOf } from '../host.ts'

/** Whether there is memory that the camera, the ISP and the encoder can share. */
export function checkHeaps(host: Host): Finding[] {
  const heaps = heapsOf(host.machine)
  const open = heaps.filter(({ error }) => error === undefined)
  if (open.length > 0) return [ok('dma-heap', open.map(({ path }) => path).join(', '))]
  const found = heaps.length === 0 ? 'there is none' : heaps.map(({ path, error }) => `${path}: ${error}`).join(', ')
  // A webcam brings its JPEGs in the driver's own memory.
  if (pipelineOf(host) === undefined) return [ok('dma-heap', `${found}; a webcam needs none`)]
  const remedy = remedyOf(host, new Set(heaps.map(({ error }) => error)))
  return [missing('dma-heap', 'ERR_NO_DMA_HEAP', found, remedy)]
}

function remedyOf({ container, machine }: Host, errors: ReadonlySet<string | undefined>): string {
  const rootOnly = machine.list('/dev/dma_heap').some((name) => {
    const owner = machine.owner(`/dev/dma_heap/${name}`)
    return owner && (owner.gid === 0 || (owner.mode & 0o060) !== 0o060)
  })
  if (errors.has('EACCES') && rootOnly)
    return 'Give the heaps to the group video by a udev rule on the host: SUBSYSTEM=="dma_heap", GROUP="video", MODE="0660"'
  if (errors.has('EACCES') && !container) return 'Add the user to the group video and log in again'
  return remedies.ERR_NO_DMA_HEAP
}
