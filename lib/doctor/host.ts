import { type Board, boardOf, inContainer } from '../machine/board.ts'
import { type Device, devicesOf, type Receiver, receiversOf, sensorsOf } from '../machine/devices.ts'
import type { Machine } from '../machine/machine.ts'

/** What is to be examined: a machine, and the facts that several checks ask for. */
export interface Host {
  readonly machine: Machine
  readonly board: Board
  readonly container: boolean
  readonly receivers: readonly Receiver[]
  readonly sensors: readonly string[]
  readonly devices: readonly Device[]
}

export function hostOf(machine: Machine): Host {
  return {
    machine,
    board: boardOf(machine),
    container: inContainer(machine),
    receivers: receiversOf(machine),
    sensors: sensorsOf(machine),
    devices: devicesOf(machine),
  }
}

/** Which pipeline of libcamera its cameras need: as the kernel's receivers say, else as the board says. */
export function pipelineOf({ receivers, board }: Host): 'vc4' | 'pisp' | undefined {
  const ofReceivers = receivers.find(({ pipeline }) => pipeline)?.pipeline
  if (ofReceivers) return ofReceivers
  return receivers.length === 0 ? board.pipeline : undefined
}
