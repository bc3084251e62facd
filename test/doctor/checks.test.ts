// One thing wrong at a time.
import { expect, test } from 'vitest'
import type { Finding } from '../../lib/doctor/finding.ts'
import { inContainer, laptop, libcamera, pi4, pi5, pi5Mainline } from '../kit/boards.ts'
import { type Plant, plantedInode } from '../kit/planted_machine.ts'
import { type Circumstances, findingsOn, libcameraWith, none, noLibcamera, videoCore } from './examined.ts'

const well: Circumstances = { libcamera: libcameraWith('imx708_wide'), encoders: videoCore }

async function only(check: string, board: Plant, circumstances: Circumstances = well): Promise<Finding[]> {
  return (await findingsOn(board, circumstances)).filter((finding) => finding.check === check)
}

const withFiles = (board: Plant, files: Record<string, string>): Plant => ({
  ...board,
  files: { ...board.files, ...files },
})
const without = (board: Plant, path: RegExp): Plant => ({
  ...board,
  files: Object.fromEntries(Object.entries(board.files).filter(([name]) => !path.test(name))),
})

test('udev: mounted before the host had one', async () => {
  const empty = withFiles(without(inContainer(pi4), /^\/run\/udev/), { '/run/udev/control': '' })
  expect(await only('udev', empty)).toMatchObject([
    { code: 'ERR_NO_UDEV', found: '/run/udev is there, but empty, so libcamera lists no camera' },
  ])
})

test('udev: no entry of the camera', async () => {
  expect(await only('udev', without(pi4, /\/run\/udev\/data\/c510:0$/))).toMatchObject([
    { code: 'ERR_NO_UDEV', found: "udev's database has no entry of /dev/media0" },
  ])
})

test('udev: outside a container it is to be started', async () => {
  expect(await only('udev', without(pi4, /^\/run\/udev/))).toMatchObject([
    { code: 'ERR_NO_UDEV', remedy: 'Start udev (systemd-udevd), without which libcamera finds no camera' },
  ])
})

test('the old camera stack', async () => {
  const old = withFiles(pi4, { '/sys/class/video4linux/video2/name': 'mmal service 16.1\n' })
  expect(await only('legacy stack', old)).toMatchObject([{ code: 'ERR_LEGACY_STACK', status: 'missing' }])
})

test('IPA module: not there', async () => {
  expect(await only('ipa', without(pi5, /ipa_rpi_pisp/))).toMatchObject([
    {
      code: 'ERR_IPA_MISSING',
      found: 'there is no ipa_rpi_pisp.so beside /usr/lib/aarch64-linux-gnu/libcamera.so.0.7',
    },
  ])
})

test('IPA module: where libcamera 0.4 has it', async () => {
  const old = Object.fromEntries(
    Object.entries(pi4.files).map(([path, text]) => [
      path.replace('/libcamera/ipa/ipa_rpi', '/libcamera/ipa_rpi'),
      text,
    ]),
  )
  expect(await only('ipa', { ...pi4, files: old })).toEqual([
    { check: 'ipa', status: 'ok', found: '/usr/lib/aarch64-linux-gnu/libcamera/ipa_rpi_vc4.so' },
  ])
})

test('IPA module: no signature, no tuning file', async () => {
  expect(await only('ipa', without(pi4, /\.sign$/))).toMatchObject([{ status: 'warning' }])
  expect(await only('ipa', without(pi4, /imx708_wide\.json$/))).toMatchObject([
    { status: 'warning', found: expect.stringContaining('no tuning file for imx708_wide') },
  ])
})

test('houses: the other way round on a Pi 5', async () => {
  const debian = withFiles(pi5, libcamera('0.7.1-1~bpo13+1', 'pisp', ['imx708']))
  expect(await only('libcamera', debian, { ...well, libcamera: libcameraWith() })).toMatchObject([
    {
      code: 'ERR_LIBCAMERA_MISMATCH',
      found: "libcamera 0.7.1-1~bpo13+1 is Debian's and the kernel's camera driver is Raspberry Pi's",
    },
  ])
})

test('houses: of one, and on a Pi 4 both work', async () => {
  const debian = libcamera('0.7.1-1~bpo13+1', 'pisp', ['imx708'])
  const nothing = { ...well, libcamera: libcameraWith() }
  expect(await only('libcamera', withFiles(pi5Mainline, debian), nothing)).toMatchObject([{ status: 'ok' }])
  expect(await only('libcamera', withFiles(pi4, debian), nothing)).toMatchObject([{ status: 'ok' }])
})

test('houses: what works needs no theory', async () => {
  expect(await only('libcamera', pi5Mainline, well)).toMatchObject([{ status: 'ok' }])
})

test('houses: the database of an image without dpkg', async () => {
  const { '/var/lib/dpkg/status': status = '', ...files } = pi5Mainline.files
  const image = { ...pi5Mainline, files: { ...files, '/var/lib/dpkg/status.d/libcamera0.7': status } }
  expect(await only('libcamera', image, {})).toMatchObject([{ code: 'ERR_LIBCAMERA_MISMATCH' }])
})

test('libcamera: another minor version than the backend was built for', async () => {
  const other = async () => ({ version: 'v0.6.0', builtFor: '0.7.1', cameras: [] })
  expect(await only('libcamera', pi4, { libcamera: other })).toMatchObject([
    { status: 'warning', found: 'v0.6.0, with a backend built for 0.7.1' },
  ])
})

test('libcamera: installed, but no backend for it', async () => {
  expect(await only('libcamera', pi4, { libcamera: noLibcamera })).toMatchObject([
    {
      code: 'ERR_LIBCAMERA_UNAVAILABLE',
      found: expect.stringContaining('installed: /usr/lib/aarch64-linux-gnu/libcamera.so.0.7'),
    },
  ])
})

test('cameras: a sensor that does not answer', async () => {
  const deaf = without(pi4, /v4l-subdev0/)
  expect(await only('cameras', deaf, { libcamera: libcameraWith() })).toMatchObject([
    {
      code: 'ERR_NO_CAMERA',
      found: 'the kernel has unicam, and libcamera lists no camera',
      remedy: expect.stringContaining('No sensor answers'),
    },
  ])
})

test('cameras: fewer than sensors', async () => {
  const two = withFiles(pi4, { '/sys/class/video4linux/v4l-subdev9/name': 'imx219 10-0010\n' })
  expect(await only('cameras', two)).toMatchObject([{ status: 'warning' }])
})

/** A process that has devices open, and locks. */
function process(
  pid: number,
  name: string,
  open: string[],
  locked: string[] = [],
  command = name,
): Pick<Plant, 'files' | 'links'> {
  return {
    files: {
      [`/proc/${pid}/comm`]: `${name}\n`,
      [`/proc/${pid}/cmdline`]: `${command}\0--nopreview\0`,
      '/proc/locks': `1: FLOCK  ADVISORY  WRITE 1 00:18:7 0 EOF\n${locked.map((path) => `2: POSIX  ADVISORY  WRITE ${pid} ${plantedInode(path)} 0 EOF\n`).join('')}`,
    },
    links: Object.fromEntries(open.map((path, fd) => [`/proc/${pid}/fd/${fd + 3}`, path])),
  }
}
const running = (board: Plant, { files, links }: Pick<Plant, 'files' | 'links'>): Plant => ({
  ...board,
  files: { ...board.files, ...files },
  links: { ...board.links, ...links },
})

test('busy: a camera that another program has acquired', async () => {
  const board = running(pi4, process(812, 'rpicam-vid', ['/dev/media0', '/dev/video0'], ['/dev/media0']))
  expect(await only('busy', board)).toEqual([
    {
      check: 'busy',
      status: 'missing',
      code: 'ERR_CAMERA_BUSY',
      found: 'rpicam-vid (process 812) has /dev/media0',
      remedy: 'Stop the other program or camera object that uses it',
    },
  ])
})

test('busy: open without a lock may do no harm', async () => {
  expect(await only('busy', running(pi4, process(900, 'wireplumber', ['/dev/video0', '/dev/video13'])))).toMatchObject([
    { status: 'warning', found: 'wireplumber (process 900) has /dev/video0, which does not keep others out by itself' },
  ])
})

test('busy: the service itself', async () => {
  const service = process(7, 'node', ['/dev/video0'], ['/dev/media0'], '/app/dist/cli/main.js')
  expect(await only('busy', running(inContainer(pi4), service))).toEqual([
    { check: 'busy', status: 'ok', found: 'this service itself uses it (process 7)' },
  ])
})

test('heaps: that only root may open', async () => {
  const debian: Plant = {
    ...pi4,
    nodes: {
      ...pi4.nodes,
      '/dev/dma_heap/linux,cma': { gid: 0, mode: 0o600 },
      '/dev/dma_heap/system': { gid: 0, mode: 0o600 },
    },
  }
  expect(await only('dma-heap', debian)).toMatchObject([
    {
      code: 'ERR_NO_DMA_HEAP',
      found: '/dev/dma_heap/linux,cma: EACCES, /dev/dma_heap/system: EACCES',
      remedy: expect.stringContaining('SUBSYSTEM=="dma_heap", GROUP="video", MODE="0660"'),
    },
  ])
})

test('heaps: one is enough, under the name that cma= gives it', async () => {
  const renamed: Plant = { ...pi4, nodes: { ...pi4.nodes, '/dev/dma_heap/reserved': {} } }
  const { '/dev/dma_heap/linux,cma': _, '/dev/dma_heap/system': __, ...nodes } = renamed.nodes
  expect(await only('dma-heap', { ...renamed, nodes })).toMatchObject([
    { status: 'ok', found: '/dev/dma_heap/reserved' },
  ])
})

test('CMA: enough, but taken', async () => {
  const full = withFiles(pi4, { '/proc/meminfo': 'CmaTotal: 65536 kB\nCmaFree: 8192 kB\n' })
  expect(await only('cma', full)).toMatchObject([{ status: 'warning', found: expect.stringContaining('8 MB free') }])
})

test('CMA: none', async () => {
  expect(await only('cma', without(pi4, /meminfo/))).toMatchObject([
    { code: 'ERR_CMA_TOO_SMALL', found: 'the kernel has no contiguous memory' },
  ])
})

test("CMA: a Pi 5's ISP has other memory too", async () => {
  expect(await only('cma', pi5, { ...well, size: { width: 4608, height: 2592 } })).toMatchObject([
    { status: 'warning' },
  ])
})

test('encoder: why each is refused', async () => {
  const refusals = [
    {
      device: '/dev/video31 (bcm2835-codec-encode_image)',
      why: 'it takes pictures from 32x32 to 1920x1920, not 4608x2592',
    },
  ]
  expect(await only('encoder', pi4, { ...well, encoders: { candidates: [], refusals } })).toMatchObject([
    {
      status: 'warning',
      found:
        'the CPU encodes, as no device does: /dev/video31 (bcm2835-codec-encode_image): it takes pictures from 32x32 to 1920x1920, not 4608x2592; /dev/video11: it does not take these pictures',
    },
  ])
})

test('encoder: forced, and not there', async () => {
  expect(await only('encoder', pi5, { ...well, encoders: none, encoder: 'v4l2-m2m' })).toMatchObject([
    { code: 'ERR_ENCODER', status: 'missing', found: 'there is no hardware encoder' },
  ])
})

test('memory limits: both kinds of cgroups', async () => {
  const v1 = withFiles(without(pi4, /cgroup\.controllers/), {
    '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t4\t56\t1\n',
  })
  expect(await only('memory limits', v1)).toMatchObject([{ status: 'ok' }])
  expect(await only('memory limits', laptop)).toMatchObject([{ status: 'ok' }])
  expect(await only('memory limits', pi4)).toMatchObject([{ status: 'warning' }])
})

test('camera ids: hidden firmware, which a PC does not have', async () => {
  expect(await only('camera ids', inContainer(pi4, { firmware: false }))).toMatchObject([
    { status: 'warning', remedy: expect.stringContaining('systempaths=unconfined') },
  ])
  expect(await only('camera ids', inContainer(pi4))).toEqual([])
  expect(await only('camera ids', inContainer(laptop))).toEqual([])
})
