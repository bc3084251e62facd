/**
 * Machines as their owners meet them, from what such boards print (media-ctl -p, /sys, /proc).
 * None of it was taken from a board by this project: what a real one shows of these files may differ.
 */
import type { Plant, PlantedNode } from './planted_machine.ts'

/** A device that a driver made, with its nodes by number. */
interface Bound {
  /** Below /sys/devices. */
  readonly at: string
  /** Of the media device; without one there is none. */
  readonly media?: readonly [number: number, model: string]
  readonly video?: Readonly<Record<number, string>>
  readonly subdev?: Readonly<Record<number, string>>
}

function bind(devices: readonly Bound[]): Pick<Plant, 'files' | 'links' | 'nodes'> {
  const files: Record<string, string> = {}
  const links: Record<string, string> = {}
  const nodes: Record<string, PlantedNode> = {}
  const add = (node: string, number: string, folder: string, link: string, about: Record<string, string>): void => {
    for (const [file, text] of Object.entries({ dev: number, ...about }))
      files[`/sys/devices/${folder}/${file}`] = `${text}\n`
    links[link] = `${'../'.repeat(link.split('/').length - 3)}devices/${folder}`
    files[`/run/udev/data/c${number}`] = 'I:1234567\n'
    nodes[node] = {}
  }
  const v4l = (at: string, name: string, minor: number, text: string): void =>
    add(`/dev/${name}`, `81:${minor}`, `${at}/video4linux/${name}`, `/sys/class/video4linux/${name}`, { name: text })
  for (const { at, media, video = {}, subdev = {} } of devices) {
    if (media) {
      const name = `media${media[0]}`
      add(`/dev/${name}`, `510:${media[0]}`, `${at}/${name}`, `/sys/bus/media/devices/${name}`, { model: media[1] })
    }
    for (const [number, name] of Object.entries(video)) v4l(at, `video${number}`, Number(number), name)
    for (const [number, name] of Object.entries(subdev)) v4l(at, `v4l-subdev${number}`, 64 + Number(number), name)
  }
  return { files, links, nodes }
}

const user = { uid: 1000, groups: [1000, 27, 44] }
const group = 'root:x:0:\nsudo:x:27:pi\nvideo:x:44:pi\npi:x:1000:\n'

/** Raspberry Pi OS trixie with its own kernel and libcamera. */
function raspberryPi(
  model: string,
  release: string,
  cma: readonly [total: number, free: number],
  devices: readonly Bound[],
): Plant {
  const { files, links, nodes } = bind(devices)
  const pipeline = model.includes('Pi 5') ? 'pisp' : 'vc4'
  return {
    files: {
      ...files,
      '/proc/device-tree/model': `${model}\0`,
      '/sys/firmware/devicetree/base/model': `${model}\0`,
      '/proc/cpuinfo': `processor\t: 0\nBogoMIPS\t: 108.00\n\nRevision\t: c03114\nModel\t\t: ${model}\n`,
      '/proc/version': `Linux version ${release} (serge@raspberrypi.com) (aarch64-linux-gnu-gcc-14) #1 SMP PREEMPT Debian 1:6.12.47-1+rpt1 (2025-09-16)\n`,
      '/proc/meminfo': `MemTotal: 3882908 kB\nCmaTotal: ${cma[0] * 1024} kB\nCmaFree: ${cma[1] * 1024} kB\n`,
      '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t60\t1\nmemory\t0\t60\t0\n',
      '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids\n',
      '/etc/group': group,
      '/sys/class/dma_heap/system/dev': '251:1\n',
      '/sys/class/dma_heap/linux,cma/dev': '251:0\n',
      ...libcamera('0.7.1+rpt20260429-1', pipeline, ['imx219', 'imx477', 'imx708', 'imx708_wide', 'ov5647']),
    },
    links: { ...links, '/dev/dma_heap/vidbuf_cached': pipeline === 'pisp' ? 'system' : 'linux,cma' },
    nodes: { ...nodes, '/dev/dma_heap/linux,cma': {}, '/dev/dma_heap/system': {} },
    user,
  }
}

/** An installed libcamera of soname 0.7, with one pipeline's module and its sensors' tuning. */
export function libcamera(version: string, pipeline: string, sensors: readonly string[]): Record<string, string> {
  const folder = '/usr/lib/aarch64-linux-gnu'
  return {
    '/var/lib/dpkg/status': `Package: libc6\nVersion: 2.41-12\n\nPackage: libcamera0.7\nStatus: install ok installed\nVersion: ${version}\n`,
    [`${folder}/libcamera.so.0.7`]: '',
    [`${folder}/libcamera/ipa/ipa_rpi_${pipeline}.so`]: '',
    [`${folder}/libcamera/ipa/ipa_rpi_${pipeline}.so.sign`]: '',
    ...Object.fromEntries(sensors.map((sensor) => [`/usr/share/libcamera/ipa/rpi/${pipeline}/${sensor}.json`, '{}'])),
  }
}

const codec: Bound = {
  at: 'platform/soc/fe00b840.mailbox/bcm2835-codec',
  media: [1, 'bcm2835-codec'],
  video: {
    10: 'bcm2835-codec-decode',
    11: 'bcm2835-codec-encode',
    12: 'bcm2835-codec-isp',
    18: 'bcm2835-codec-image_fx',
    31: 'bcm2835-codec-encode_image',
  },
}
const isp = (n: 0 | 1, media: number): Bound => {
  const first = n === 0 ? 13 : 20
  const names = ['output0', 'capture1', 'capture2', 'stats3'].map((name) => `bcm2835-isp${n}-${name}`)
  return {
    at: `platform/soc/fe00b840.mailbox/bcm2835-isp.${n}`,
    media: [media, 'bcm2835-isp'],
    video: Object.fromEntries(names.map((name, i) => [first + i, name])),
  }
}
const unicam = (at: string): Bound => ({ at, media: [0, 'unicam'], video: { 0: 'unicam-image', 1: 'unicam-embedded' } })
const sensor = (name: string, address = '001a'): Bound => ({
  at: `platform/soc/fe205000.i2c/i2c-11/i2c-10/10-${address}`,
  subdev: { 0: `${name} 10-${address}` },
})

export const zero2 = raspberryPi(
  'Raspberry Pi Zero 2 W Rev 1.0',
  '6.12.47+rpt-rpi-v8',
  [64, 51],
  [unicam('platform/soc/3f801000.csi'), codec, isp(0, 2), isp(1, 3), sensor('ov5647', '0036')],
)

export const pi3 = raspberryPi(
  'Raspberry Pi 3 Model B Plus Rev 1.3',
  '6.12.47+rpt-rpi-v8',
  [256, 240],
  [unicam('platform/soc/3f801000.csi'), codec, isp(0, 2), isp(1, 3), sensor('imx219', '0010')],
)

export const pi4 = raspberryPi(
  'Raspberry Pi 4 Model B Rev 1.4',
  '6.12.47+rpt-rpi-v8',
  [512, 470],
  [
    unicam('platform/soc/fe801000.csi'),
    codec,
    isp(0, 2),
    isp(1, 3),
    { at: 'platform/rpivid', media: [4, 'rpi-hevc-dec'], video: { 19: 'rpi-hevc-dec' } },
    sensor('imx708_wide'),
    { at: 'platform/soc/fe205000.i2c/i2c-11/i2c-10/10-000c', subdev: { 1: 'dw9807 10-000c' } },
  ],
)

const pispbe = ['input', 'tdn_input', 'stitch_input', 'output0', 'output1', 'tdn_output', 'stitch_output', 'config']
/** @param joint How the camera driver joins names: `_` in Raspberry Pi's kernels, `-` in mainline's. */
const cfe = (joint: string): Bound => ({
  at: 'platform/axi/1000120000.pcie/1f00128000.csi',
  media: [0, 'rp1-cfe'],
  video: Object.fromEntries(
    ['csi2_ch0', 'embedded', 'csi2_ch2', 'csi2_ch3', 'fe_image0', 'fe_image1', 'fe_stats', 'fe_config'].map(
      (name, i) => [i, `rp1-cfe-${name.replace('_', joint)}`],
    ),
  ),
  subdev: { 0: 'csi2', 1: 'pisp-fe' },
})
const pi5With = (joint: string): Plant =>
  raspberryPi(
    'Raspberry Pi 5 Model B Rev 1.0',
    '6.12.47+rpt-rpi-2712',
    [64, 58],
    [
      cfe(joint),
      {
        at: 'platform/axi/1000880000.pisp_be',
        media: [1, 'pispbe'],
        video: Object.fromEntries(pispbe.map((name, i) => [20 + i, `pispbe-${name}`])),
      },
      { at: 'platform/axi/1000800000.codec', media: [2, 'rpi-hevc-dec'], video: { 19: 'rpi-hevc-dec' } },
      { at: 'platform/axi/1000120000.pcie/1f00080000.i2c/i2c-4/4-001a', subdev: { 2: 'imx708 4-001a' } },
    ],
  )
export const pi5 = pi5With('_')
/** A Pi 5 with Debian's kernel. */
export const pi5Mainline: Plant = {
  ...pi5With('-'),
  files: {
    ...pi5With('-').files,
    '/proc/version':
      'Linux version 6.16.3+deb13-arm64 (debian-kernel@lists.debian.org) (gcc-14) #1 SMP Debian 6.16.3-1\n',
  },
}

/** Debian on a PC with a webcam and no libcamera of its own. */
export const laptop: Plant = {
  ...bind([
    {
      at: 'pci0000:00/0000:00:14.0/usb1/1-6/1-6:1.0',
      media: [0, 'HD Webcam: HD Webcam'],
      video: { 0: 'HD Webcam: HD Webcam', 1: 'HD Webcam: HD Webcam' },
    },
  ]),
  user,
}
Object.assign(laptop.files, {
  '/proc/version': 'Linux version 6.12.48+deb13-amd64 (debian-kernel@lists.debian.org) (gcc-14) #1 SMP Debian\n',
  '/proc/meminfo': 'MemTotal: 16210000 kB\nCmaTotal: 0 kB\nCmaFree: 0 kB\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory pids\n',
  '/etc/group': group,
})

/** The image, started with `docker run` and nothing else, on a machine without a camera. */
export const emptyContainer: Plant = {
  files: {
    '/.dockerenv': '',
    '/proc/version': 'Linux version 6.12.47+rpt-rpi-v8 (serge@raspberrypi.com) (gcc) #1 SMP\n',
    '/proc/cpuinfo': 'processor\t: 0\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n',
    '/proc/meminfo': 'MemTotal: 3882908 kB\nCmaTotal: 524288 kB\nCmaFree: 480000 kB\n',
    '/proc/cgroups': '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t0\t60\t0\n',
    '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io pids\n',
    ...libcamera('0.7.1+rpt20260429-1', 'vc4', ['imx708']),
  },
  links: {},
  nodes: {},
  user: { uid: 10_001, groups: [10_001] },
}

/**
 * What a container shows of a board.
 * @param given What the compose file gives: the devices that are mapped and what opening them gives, and so on.
 */
export function inContainer(
  board: Plant,
  given: {
    nodes?: (path: string) => PlantedNode | undefined
    groups?: number[]
    udev?: boolean
    firmware?: boolean
  } = {},
): Plant {
  const { nodes = () => ({}), groups = [44], udev = true, firmware = true } = given
  const hidden = (path: string): boolean =>
    (!udev && path.startsWith('/run/udev/')) || (!firmware && /^\/(sys\/firmware|proc\/device-tree)\//.test(path))
  const mapped = Object.keys(board.nodes).flatMap((path) => {
    const node = nodes(path)
    return node ? [[path, { ...board.nodes[path], ...node }] as const] : []
  })
  return {
    files: { ...Object.fromEntries(Object.entries(board.files).filter(([path]) => !hidden(path))), '/.dockerenv': '' },
    links: Object.fromEntries(
      Object.entries(board.links).filter(([path]) => !path.startsWith('/dev/') || mapped.length > 0),
    ),
    nodes: Object.fromEntries(mapped),
    user: { uid: 10_001, groups: [10_001, ...groups] },
  }
}
