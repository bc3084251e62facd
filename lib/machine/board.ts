import type { Machine } from './machine.ts'

/** Where a kernel or a library comes from. On a Pi 5 both must come from the same. */
export type House = 'Raspberry Pi' | 'Debian' | 'another source'

export interface Board {
  /** E.g. `Raspberry Pi 4 Model B Rev 1.4`; undefined on a PC. */
  readonly model: string | undefined
  /** Which pipeline of libcamera drives the board's own cameras; undefined when it has none that is known. */
  readonly pipeline: 'vc4' | 'pisp' | undefined
  readonly kernel: { readonly release: string; readonly house: House }
}

/** The board, from the device tree or, where a container hides that, from what the kernel says of the processor. */
export function boardOf(machine: Machine): Board {
  const model =
    machine.read('/proc/device-tree/model') ?? /^Model\s*: (.+)$/m.exec(machine.read('/proc/cpuinfo') ?? '')?.[1]
  return { model, pipeline: pipelineOf(model), kernel: kernelOf(machine.read('/proc/version') ?? '') }
}

function pipelineOf(model: string | undefined): Board['pipeline'] {
  if (!model?.startsWith('Raspberry Pi')) return undefined
  // The Pi 5, 500 and Compute Module 5 have the PiSP; all before them the VideoCore's ISP.
  return /Raspberry Pi (5|500|Compute Module 5)\b/.test(model) ? 'pisp' : 'vc4'
}

/** @param text of /proc/version: `Linux version 6.12.47+rpt-rpi-v8 (serge@raspberrypi.com) (…) #1 SMP …` */
function kernelOf(text: string): Board['kernel'] {
  const release = /^Linux version (\S+)/.exec(text)?.[1] ?? 'unknown'
  // Raspberry Pi's packages have "+rpt" in it; kernels of rpi-update are built by dom@buildbot and end in -v8+ or -16k+.
  if (/\+rpt|raspberrypi|dom@buildbot|-v(7l?|8)(-16k)?\+/.test(text)) return { release, house: 'Raspberry Pi' }
  return { release, house: /debian-kernel|\+deb\d+/.test(text) ? 'Debian' : 'another source' }
}

/** Whether this process is in a container: what it sees of /dev, /run and the groups is then what it was given. */
export function inContainer(machine: Machine): boolean {
  return machine.exists('/.dockerenv') || machine.exists('/run/.containerenv')
}
