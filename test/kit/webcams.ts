import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { webcamPictures } from './webcam_pictures.ts'

/** What can go wrong with a webcam. */
type Fault = 'stall' | 'error' | 'short' | 'denied' | 'busy' | 'nomem'

/** In limited range, as uncompressed video of a webcam is. */
export interface RawPicture {
  readonly width: number
  readonly height: number
  readonly nv12: Uint8Array
}

/**
 * The switchboard of up to four stand-in USB webcams (0 to 3), none plugged in at first. See
 * shims/uvc_switchboard.c for what each switch does. One at a time in a process.
 */
export class Webcams implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'mio-webcams-'))
  #made = 0

  constructor() {
    process.env['UVCSHIM_DIR'] = this.folder
  }

  /** What libcamera calls webcam `n`: the same after every replug. */
  id(n: number): string {
    return `\\_SB_.PCI0.XHCI-${n + 1}:1.0-1d6b:0102`
  }

  /**
   * @param pictures JPEGs to show in turn, those of the stream's size if there are any.
   * @param raw What it gives instead when it is asked for NV12.
   */
  async plug(n: number, pictures?: readonly Uint8Array[], raw: readonly RawPicture[] = []): Promise<void> {
    const folder = this.#elsewhere()
    mkdirSync(folder)
    const jpegs = pictures ?? (await webcamPictures())
    for (const [i, jpeg] of jpegs.entries()) writeFileSync(join(folder, `${i}.jpg`), jpeg)
    for (const [i, { width, height, nv12 }] of raw.entries()) {
      writeFileSync(join(folder, `${width}x${height}-${i}.nv12`), nv12)
    }
    renameSync(folder, this.#file(n))
  }

  unplug(n: number): void {
    const away = this.#elsewhere()
    renameSync(this.#file(n), away)
    rmSync(away, { recursive: true })
  }

  /** No frames arrive, as from a camera that hangs. */
  stall(n: number, on: boolean): void {
    this.#switch(n, 'stall', on)
  }

  /** Frames are marked as broken. */
  error(n: number, on: boolean): void {
    this.#switch(n, 'error', on)
  }

  /** Only half of each JPEG's bytes arrive, and nothing tells. */
  short(n: number, on: boolean): void {
    this.#switch(n, 'short', on)
  }

  /** Its nodes cannot be opened: EACCES. */
  denied(n: number, on: boolean): void {
    this.#switch(n, 'denied', on)
  }

  /** Another program streams from it: EBUSY. */
  busy(n: number, on: boolean): void {
    this.#switch(n, 'busy', on)
  }

  /** The kernel has no memory for its buffers: ENOMEM. */
  noMemory(n: number, on: boolean): void {
    this.#switch(n, 'nomem', on)
  }

  /** @param rate Frames per second; undefined is the camera's own rate, 30 at first. */
  fps(n: number, rate: number | undefined): void {
    if (rate === undefined) return rmSync(this.#file(n, '.fps'), { force: true })
    const file = this.#elsewhere()
    writeFileSync(file, `${rate}\n`)
    renameSync(file, this.#file(n, '.fps'))
  }

  /** What webcam `n` was asked to do: a line each for `S_FMT`, `S_CTRL name value`, `STREAMON`, `STREAMOFF`. */
  log(n: number): string {
    try {
      return readFileSync(this.#file(n, '.log'), 'utf8')
    } catch {
      return ''
    }
  }

  [Symbol.dispose](): void {
    if (process.env['UVCSHIM_DIR'] === this.folder) delete process.env['UVCSHIM_DIR']
    rmSync(this.folder, { recursive: true, force: true })
  }

  #switch(n: number, fault: Fault, on: boolean): void {
    if (on) writeFileSync(this.#file(n, `.${fault}`), '')
    else rmSync(this.#file(n, `.${fault}`), { force: true })
  }

  #file(n: number, suffix = ''): string {
    return join(this.folder, `cam${n}${suffix}`)
  }

  /** A place to make something whole before it is renamed into view. */
  #elsewhere(): string {
    return join(this.folder, `made-${this.#made++}`)
  }
}
