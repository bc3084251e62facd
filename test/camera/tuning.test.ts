import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { useTuningFile } from '../../lib/camera/tuning.ts'

const folder = mkdtempSync(join(tmpdir(), 'mio-test-'))
afterEach(() => {
  delete process.env['LIBCAMERA_RPI_TUNING_FILE']
  rmSync(folder, { recursive: true, force: true })
})

test('libcamera is told of the file, and of none that is not there', () => {
  const file = join(folder, 'imx708.json')
  expect(() => useTuningFile(file)).toThrowError(
    expect.objectContaining({ code: 'ERR_INVALID_OPTION', message: expect.stringContaining(file) }),
  )
  expect(process.env['LIBCAMERA_RPI_TUNING_FILE']).toBeUndefined()
  writeFileSync(file, '{}')
  useTuningFile(file)
  expect(process.env['LIBCAMERA_RPI_TUNING_FILE']).toBe(file)
})
