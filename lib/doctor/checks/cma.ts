import { remedies } from '../../camera/errors.ts'
import { cmaOf } from '../../machine/heaps.ts'
import { type Finding, missing, ok, warning } from '../finding.ts'
import { type Host, pipelineOf } from '../host.ts'
import { megabytes } from '../words.ts'

/** Pixels. */
export interface PictureSize {
  readonly width: number
  readonly height: number
}

/**
 * Whether the contiguous memory is enough, by an estimate: libcamera's Raspberry Pi pipelines hold about six
 * frames of the stream (12 bits a pixel) and six of the sensor (12 bits at most, and binned sensors give some
 * 3 megapixels).
 */
export function checkCma(host: Host, { width, height }: PictureSize): Finding[] {
  const memory = cmaOf(host.machine)
  const pipeline = pipelineOf(host)
  if (pipeline === undefined) return memory ? [ok('cma', figures(memory))] : []
  const pixels = width * height
  const needed = 6 * 1.5 * (pixels + Math.max(pixels, 2304 * 1296))
  const wanted = `${width}x${height} takes some ${megabytes(needed)}`
  if (!memory || memory.total < needed) {
    const found = memory ? `${figures(memory)}, and ${wanted}` : 'the kernel has no contiguous memory'
    // The Pi 5's ISP reaches other memory too.
    if (pipeline === 'pisp') return [warning('cma', found, remedies.ERR_CMA_TOO_SMALL)]
    return [missing('cma', 'ERR_CMA_TOO_SMALL', found, remedies.ERR_CMA_TOO_SMALL)]
  }
  const found = `${figures(memory)}; ${wanted}`
  if (memory.free < needed) {
    // A camera that is running has its part of it already.
    return [warning('cma', found, `Unless the camera is running now: ${remedies.ERR_CMA_TOO_SMALL}`)]
  }
  return [ok('cma', found)]
}

function figures({ total, free }: { total: number; free: number }): string {
  return `${megabytes(total)} of contiguous memory, ${megabytes(free)} free`
}
