import { MioError } from '../../lib/camera/errors.ts'
import { examine } from '../../lib/doctor/examine.ts'
import { hostOf } from '../../lib/doctor/host.ts'
import type { Encoders, Probes } from '../../lib/doctor/probes.ts'
import { textReport } from '../../lib/doctor/report.ts'
import { plant, type Plant } from '../kit/planted_machine.ts'

export const none: Encoders = { candidates: [], refusals: [] }
/** What the addon says on a Pi up to the 4. */
export const videoCore: Encoders = {
  candidates: ['/dev/video31', '/dev/video11'],
  refusals: [{ device: '/dev/video10 (bcm2835-codec-decode)', why: 'it makes neither MJPEG nor JPEG' }],
}

export const libcameraWith =
  (...models: string[]): Probes['libcamera'] =>
  async () => ({
    version: 'v0.7.1+rpt20260429',
    builtFor: '0.7.1',
    cameras: models.map((model) => ({ id: `/base/soc/i2c0mux/i2c@1/${model}@1a`, model })),
  })

export const noLibcamera: Probes['libcamera'] = async () =>
  new MioError('ERR_LIBCAMERA_UNAVAILABLE', {
    found: 'libcamera could not be loaded: libcamera.so.0.7: cannot open shared object file: No such file or directory',
  })

export interface Circumstances {
  readonly libcamera?: Probes['libcamera']
  readonly encoders?: Encoders
  readonly size?: { width: number; height: number }
  readonly encoder?: string
}

export async function findingsOn(board: Plant, circumstances: Circumstances = {}) {
  const {
    libcamera = libcameraWith(),
    encoders = none,
    size = { width: 1280, height: 720 },
    encoder = 'auto',
  } = circumstances
  using machine = plant(board)
  return await examine(hostOf(machine), { libcamera, encoders: async () => encoders }, { size, encoder })
}

/** The report as it is printed, without its first line. */
export async function reportOn(board: Plant, circumstances?: Circumstances): Promise<string> {
  return textReport('', await findingsOn(board, circumstances)).replace(/^.*\n\n/, '')
}
