import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The encoders of a Pi 4: 11 makes MJPEG by bitrate, 31 JPEG by quality. */
export type EncoderNumber = 11 | 31

/**
 * A machine with the JPEG encoders of a Pi 4, and a dma-heap, until disposed of. See shims/m2m_switchboard.c for
 * what each switch does. One at a time in a process.
 */
export class HardwareEncoders implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'mio-encoders-'))

  /** @param only the others are not there. */
  constructor(only?: EncoderNumber) {
    process.env['M2MSHIM_DIR'] = this.folder
    process.env['LCSHIM_DMA_HEAPS'] = 'linux,cma'
    if (only) this.on(only === 11 ? 31 : 11, 'absent')
  }

  /** @param content of the switch, for some a number. */
  on(encoder: EncoderNumber, name: string, content: number | string = ''): void {
    // In one step: the device must not see a switch whose number is still missing.
    const fresh = join(this.folder, `video${encoder}.${name}.new`)
    writeFileSync(fresh, String(content))
    renameSync(fresh, join(this.folder, `video${encoder}.${name}`))
  }

  off(encoder: EncoderNumber, name: string): void {
    rmSync(join(this.folder, `video${encoder}.${name}`))
  }

  /**
   * What has been recorded since the last `forget`: a line for each V4L2 call, mapping and DMA_BUF_IOCTL_SYNC.
   * Those that begin with `start`.
   */
  record(start = ''): string[] {
    try {
      const lines = readFileSync(join(this.folder, 'log'), 'utf8').split('\n')
      return lines.filter((line) => line !== '' && line.startsWith(start))
    } catch {
      return []
    }
  }

  forget(): void {
    rmSync(join(this.folder, 'log'), { force: true })
  }

  /** What a child process needs to see the same. */
  get environment(): Record<string, string> {
    return { M2MSHIM_DIR: this.folder, LCSHIM_DMA_HEAPS: 'linux,cma' }
  }

  [Symbol.dispose](): void {
    if (process.env['M2MSHIM_DIR'] === this.folder) {
      delete process.env['M2MSHIM_DIR']
      delete process.env['LCSHIM_DMA_HEAPS']
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
