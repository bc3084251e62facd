import type { Machine } from './machine.ts'

/** A device node, and what it is for. */
export interface Device {
  /** E.g. `/dev/video0`. */
  readonly path: string
  /** As its driver calls it, e.g. `unicam-image` or `imx708 10-001a`; empty when the kernel does not tell. */
  readonly name: string
  /** `MAJOR:MINOR`, as udev's database has it; empty when the kernel does not tell. */
  readonly number: string
  readonly use: 'camera' | 'encoder'
}

/** What gives pictures: a media device of the kernel that is neither an ISP nor a codec. */
export interface Receiver {
  /** E.g. `/dev/media0`. */
  readonly path: string
  /** E.g. `unicam`, `rp1-cfe`, or a webcam's name. */
  readonly model: string
  /** Which pipeline of libcamera drives it, for the ribbon cable of a Pi; undefined for all others. */
  readonly pipeline: 'vc4' | 'pisp' | undefined
}

const isCodec = /codec|rpivid|hevc|vdec|venc|hantro/i
const isProcessor = /^(bcm2835-isp|pispbe)$/

interface Media {
  readonly path: string
  readonly model: string
  readonly number: string
  /** Its folder in /sys/devices, the same as that of its video nodes. */
  readonly parent: string
}

function mediaOf(machine: Machine): Media[] {
  return machine.list('/sys/bus/media/devices').map((name) => {
    const folder = `/sys/bus/media/devices/${name}`
    return {
      path: `/dev/${name}`,
      model: machine.read(`${folder}/model`) ?? '',
      number: machine.read(`${folder}/dev`) ?? '',
      parent: machine.resolve(folder).replace(/\/[^/]+$/, ''),
    }
  })
}

/** What the kernel could take pictures from, whether or not this process may. */
export function receiversOf(machine: Machine): Receiver[] {
  return mediaOf(machine)
    .filter(({ model }) => !isCodec.test(model) && !isProcessor.test(model))
    .map(({ path, model }) => ({ path, model, pipeline: pipelineOf(model) }))
}

function pipelineOf(model: string): Receiver['pipeline'] {
  if (model.includes('unicam')) return 'vc4'
  return model === 'rp1-cfe' ? 'pisp' : undefined
}

/**
 * The sensors that answered the kernel, e.g. `imx708`.
 * Lens drivers are subdevices too, with names of the same form.
 */
export function sensorsOf(machine: Machine): string[] {
  return v4l2Of(machine)
    .filter(({ path }) => path.startsWith('/dev/v4l-subdev'))
    .flatMap(({ name }) => /^(\S+) \d+-[0-9a-f]{4}$/.exec(name)?.[1] ?? [])
    .filter((name) => !/^(dw97|dw98|ad5398|ak73|lm35)/.test(name))
}

/**
 * The devices that a camera needs, and those that encode JPEG, from what the kernel says in /sys, which a
 * container shows of the whole machine. Nodes in /dev that the kernel says nothing of are among them: who
 * mapped them meant them to be used.
 */
export function devicesOf(machine: Machine): Device[] {
  const media = mediaOf(machine)
  const codecs = media.filter(({ model }) => isCodec.test(model))
  const known = v4l2Of(machine)
  const cameras = media.filter((one) => !codecs.includes(one))
  const needed: Device[] = [
    ...cameras.map(({ path, model, number }) => ({ path, name: model, number, use: 'camera' as const })),
    ...known.flatMap(({ parent, ...device }): Device[] => {
      const ofCodec = codecs.some((codec) => codec.parent === parent) || isCodec.test(device.name)
      if (!ofCodec) return [{ ...device, use: 'camera' }]
      return /encode/.test(device.name) ? [{ ...device, use: 'encoder' }] : []
    }),
  ]
  const told = new Set([...media, ...known].map(({ path }) => path))
  const untold = machine
    .list('/dev')
    .filter((name) => /^(media|video|v4l-subdev)\d+$/.test(name) && !told.has(`/dev/${name}`))
  return [...needed, ...untold.map((name) => ({ path: `/dev/${name}`, name: '', number: '', use: 'camera' as const }))]
}

function v4l2Of(machine: Machine): (Omit<Device, 'use'> & { parent: string })[] {
  return machine
    .list('/sys/class/video4linux')
    .filter((name) => /^(video|v4l-subdev)\d+$/.test(name))
    .map((name) => {
      const folder = `/sys/class/video4linux/${name}`
      return {
        path: `/dev/${name}`,
        name: machine.read(`${folder}/name`) ?? '',
        number: machine.read(`${folder}/dev`) ?? '',
        parent: machine.resolve(folder).replace(/\/video4linux\/[^/]+$/, ''),
      }
    })
}
