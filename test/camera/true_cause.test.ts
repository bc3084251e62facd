import { expect, test } from 'vitest'
import { type ErrorCode, MioError } from '../../lib/camera/errors.ts'
import { withTrueCause } from '../../lib/camera/true_cause.ts'
import { inContainer, laptop, pi4, pi5Mainline } from '../kit/boards.ts'
import { plant, type Plant } from '../kit/planted_machine.ts'

const size = { width: 1280, height: 720 }

function explained(code: ErrorCode, board: Plant, wanted = size): unknown {
  using machine = plant(board)
  return withTrueCause(
    new MioError(code, { asked: 'open camera "0"', found: 'libcamera lists no camera' }),
    wanted,
    machine,
  )
}

const small: Plant = { ...pi4, files: { ...pi4.files, '/proc/meminfo': 'CmaTotal: 65536 kB\nCmaFree: 65536 kB\n' } }
const noHeaps: Plant = { ...pi4, nodes: {} }

test.each<[ErrorCode, ErrorCode, Plant]>([
  ['ERR_NO_CAMERA', 'ERR_NO_UDEV', inContainer(pi4, { udev: false })],
  ['ERR_NO_CAMERA', 'ERR_DEVICE_NOT_MAPPED', inContainer(pi4, { nodes: () => undefined })],
  ['ERR_PERMISSION', 'ERR_DEVICE_RULE', inContainer(pi4, { nodes: () => ({ error: 'EPERM' }) })],
  ['ERR_PERMISSION', 'ERR_PERMISSION', inContainer(pi4, { groups: [] })],
  ['ERR_NO_CAMERA', 'ERR_LIBCAMERA_MISMATCH', pi5Mainline],
  ['ERR_NO_BUFFERS', 'ERR_NO_DMA_HEAP', noHeaps],
])('%s is really %s', (code, cause, board) => {
  expect(explained(code, board)).toMatchObject({ code: cause, asked: 'open camera "0"' })
})

test('no memory for so large a picture is CMA', () => {
  const error = explained('ERR_NO_BUFFERS', small, { width: 4608, height: 2592 }) as MioError
  expect(error.code).toBe('ERR_CMA_TOO_SMALL')
  expect(error.message).toMatch(
    /^open camera "0": libcamera lists no camera: 64 MB of contiguous memory, 64 MB free, and 4608x2592 takes some 205 MB\. Reserve more/,
  )
  expect((error.cause as MioError).code).toBe('ERR_NO_BUFFERS')
})

test.each<[ErrorCode, Plant]>([
  ['ERR_NO_CAMERA', pi4],
  ['ERR_NO_CAMERA', laptop],
  ['ERR_NO_BUFFERS', pi4],
  ['ERR_CAMERA_STALLED', inContainer(pi4, { udev: false })],
  ['ERR_LIBCAMERA_UNAVAILABLE', inContainer(pi4, { udev: false })],
])('%s stays what it is where the machine tells no other cause', (code, board) => {
  expect(explained(code, board)).toMatchObject({ code, found: 'libcamera lists no camera' })
})

test('what is no error of this project is passed on', () => {
  const other = new TypeError('x')
  expect(withTrueCause(other, size)).toBe(other)
})
