import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One camera of libcamera's virtual pipeline, in the words of its configuration file. */
export interface VirtualCamera {
  /** The sizes it offers; rates are one number, or the lowest and the highest. Widths below 10 crash libcamera. */
  supported_formats: { width: number; height: number; frame_rates?: number[] }[]
  /** Both scroll by one column a frame. */
  test_pattern?: 'lines' | 'bars'
  /** Instead of a pattern: a JPEG, or a folder of them, each shown for four frames. */
  frames?: { path: string }
  location?: 'CameraLocationFront' | 'CameraLocationBack' | 'CameraLocationExternal'
  model?: string
}

/**
 * Decides which virtual cameras libcamera finds when it is opened next: by id, or the text of a `virtual.yaml`.
 * Dispose of it to have none again.
 */
export function virtualCameras(cameras: Record<string, VirtualCamera> | string): Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'mio-virtual-'))
  const file = join(folder, 'virtual.yaml')
  // JSON is YAML.
  writeFileSync(file, typeof cameras === 'string' ? cameras : `%YAML 1.1\n---\n${JSON.stringify(cameras)}\n`)
  process.env['LCSHIM_VIRTUAL_YAML'] = file
  return {
    [Symbol.dispose]() {
      if (process.env['LCSHIM_VIRTUAL_YAML'] === file) delete process.env['LCSHIM_VIRTUAL_YAML']
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
