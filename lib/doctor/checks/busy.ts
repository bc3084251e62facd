import { remedies } from '../../camera/errors.ts'
import { type Holder, holdersOf } from '../../machine/holders.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import type { Host } from '../host.ts'

/** Whether another program has the camera. */
export function checkBusy({ machine, devices, receivers, container }: Host): Finding[] {
  if (receivers.length === 0) return []
  const cameras = devices.filter(({ use }) => use === 'camera').map(({ path }) => path)
  const holders = holdersOf(machine, cameras)
  const locking = holders.filter(({ locked, ours }) => locked && !ours)
  if (locking.length > 0) return [missing('busy', 'ERR_CAMERA_BUSY', inWords(locking), remedies.ERR_CAMERA_BUSY)]
  const others = holders.filter(({ ours }) => !ours)
  if (others.length > 0) {
    const remedy = 'If the camera is busy, stop that program'
    return [warning('busy', `${inWords(others)}, which does not keep others out by itself`, remedy)]
  }
  const mine = holders.find(({ ours }) => ours)
  if (mine) return [ok('busy', `this service itself uses it (process ${mine.pid})`)]
  return [ok('busy', `no program uses the camera${container ? ', as far as this container sees' : ''}`)]
}

/** E.g. `rpicam-vid (process 812) has /dev/media0`. */
export function inWords(holders: readonly Holder[]): string {
  return holders.map(({ name, pid, device }) => `${name} (process ${pid}) has ${device}`).join(', ')
}
