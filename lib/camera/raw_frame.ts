import { type FrameInfo, LentPicture, type Loan } from './loan.ts'

/**
 * How the pixels of a raw frame lie. `yuv420`: planes Y, U, V. `nv12`: planes Y and UV, interleaved. Chroma is halved
 * both ways.
 */
export type RawFormat = 'yuv420' | 'nv12'

/** What raw frames are made of. */
export interface RawMode {
  readonly width: number
  readonly height: number
  /** Whether luma goes from 0 to 255, as in a JPEG, or from 16 to 235. */
  readonly range: 'full' | 'limited'
  /** `a second stream` of the camera in a size of its own, or the pictures of `the stream` that are also encoded. */
  readonly from: 'the stream' | 'a second stream'
}

/** One plane of a raw frame. */
export interface RawPlane {
  /** A view into the pool, valid as long as the frame is. */
  readonly data: Buffer
  /** Bytes from one line to the next. */
  readonly stride: number
  /** Samples in a line. One of `nv12`'s second plane is a pair of bytes. */
  readonly width: number
  readonly height: number
}

/** @internal What {@link RawFrame} tells beside what all frames do. */
export interface RawFrameInfo extends FrameInfo {
  readonly format: RawFormat
  readonly range: 'full' | 'limited'
}

/**
 * One picture as the camera gave it, on loan as a `Frame` is: release it once, and its bytes stay valid until then.
 * `data` is all of it in one piece, plane after plane, and `planes` are views into that.
 */
export class RawFrame extends LentPicture {
  readonly format: RawFormat
  /** Whether luma goes from 0 to 255, as in a JPEG, or from 16 to 235. */
  readonly range: 'full' | 'limited'

  /** @internal */
  constructor(loan: Loan, watched: boolean) {
    super(loan, watched)
    const { format, range } = loan.info as RawFrameInfo
    this.format = format
    this.range = range
  }

  /**
   * Y, U and V of `yuv420`; Y and UV of `nv12`.
   * @throws {MioError} `ERR_FRAME_RELEASED` once this frame has been released.
   */
  get planes(): readonly RawPlane[] {
    const { data } = this
    return layoutOf(this.format, this.width, this.height).map(({ offset, stride, width, height }) => ({
      data: data.subarray(offset, offset + stride * height),
      stride,
      width,
      height,
    }))
  }

  /**
   * Another holder of the same bytes, to be released on its own.
   * @throws {MioError} `ERR_FRAME_RELEASED` once this frame has been released.
   */
  retain(): RawFrame {
    return new RawFrame(this.held(), true)
  }
}

/** Where the planes lie: as native/pipeline/raw_packing.cc packs them, without anything between lines or planes. */
function layoutOf(format: RawFormat, width: number, height: number) {
  const chroma = { width: Math.ceil(width / 2), height: Math.ceil(height / 2) }
  const first = { offset: 0, stride: width, width, height }
  const second = { offset: width * height, stride: chroma.width * (format === 'nv12' ? 2 : 1), ...chroma }
  if (format === 'nv12') return [first, second]
  return [first, second, { ...second, offset: second.offset + chroma.width * chroma.height }]
}

/** Bytes of a raw frame. */
export function rawBytes(width: number, height: number): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)
}
