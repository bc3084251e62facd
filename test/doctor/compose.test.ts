import { expect, test } from 'vitest'
import { composeFile } from '../../lib/doctor/compose.ts'
import { hostOf } from '../../lib/doctor/host.ts'
import { inContainer, laptop, emptyContainer, pi3, pi4, pi5, zero2 } from '../kit/boards.ts'
import { composeContent } from '../kit/compose_schema.ts'
import { type Plant, plant } from '../kit/planted_machine.ts'

function written(board: Plant, candidates: string[] = []): string {
  using machine = plant(board)
  return composeFile(hostOf(machine), { candidates })
}

const serviceOf = (text: string) => composeContent(text).services['motioninocean']!

test('Pi 4, word for word', () => {
  expect(written(pi4, ['/dev/video31', '/dev/video11'])).toMatchInlineSnapshot(`
    "# Written by \`motioninocean doctor --compose\` for: Raspberry Pi 4 Model B Rev 1.4, imx708_wide.
    # It names the devices one by one: write it again after a change of board, camera or kernel.
    services:
      motioninocean:
        image: ghcr.io/cyanautomation/motioninocean:latest
        container_name: motioninocean
        restart: unless-stopped
        ports: ["8000:8000"]
        env_file: [{ path: .env, required: false }]
        volumes:
          # libcamera lists only the devices that the host's udev has initialised.
          - "/run/udev:/run/udev:ro"
        devices:
          - "/dev/media0:/dev/media0"
          - "/dev/media2:/dev/media2"
          - "/dev/media3:/dev/media3"
          - "/dev/v4l-subdev0:/dev/v4l-subdev0"
          - "/dev/v4l-subdev1:/dev/v4l-subdev1"
          - "/dev/video0:/dev/video0"
          - "/dev/video1:/dev/video1"
          - "/dev/video13:/dev/video13"
          - "/dev/video14:/dev/video14"
          - "/dev/video15:/dev/video15"
          - "/dev/video16:/dev/video16"
          - "/dev/video20:/dev/video20"
          - "/dev/video21:/dev/video21"
          - "/dev/video22:/dev/video22"
          - "/dev/video23:/dev/video23"
          - "/dev/video31:/dev/video31"
          - "/dev/video11:/dev/video11"
          - "/dev/dma_heap:/dev/dma_heap"
          - "/dev/dma_heap/vidbuf_cached:/dev/dma_heap/vidbuf_cached"
        group_add: ["44"]
        security_opt:
          - "no-new-privileges:true"
          # Docker hides the device tree, and libcamera makes its camera ids of it.
          - "systempaths=unconfined"
        cap_drop: ["ALL"]
        read_only: true
        logging: { driver: json-file, options: { max-size: 10m, max-file: "3" } }
    "
  `)
})

test.each([
  ['Zero 2', zero2],
  ['Pi 3', pi3],
  ['Pi 4', pi4],
  ['Pi 5', pi5],
  ['laptop', laptop],
  ['Pi 4 from a container', inContainer(pi4)],
  ['Pi 4 from a container that sees none of the devices', inContainer(pi4, { nodes: () => undefined })],
])('%s: valid by the Compose Specification, and every device there is one of the machine', (_, board) => {
  const service = serviceOf(written(board))
  const devices = service['devices'] as string[]
  expect(devices.length).toBe(new Set(devices).size)
  for (const mapping of devices) {
    const [from, to, more] = mapping.split(':')
    expect([from, more]).toEqual([to, undefined])
  }
})

test('no decoder, no colour converter, no privilege: what the camera and the encoder need and no more', () => {
  const devices = (serviceOf(written(pi4, ['/dev/video31']))['devices'] as string[]).map((one) => one.split(':')[0])
  const nodes = [
    'media0 media2 media3',
    'v4l-subdev0 v4l-subdev1 video0 video1',
    'video13 video14 video15 video16 video20 video21 video22 video23',
    'video31 dma_heap dma_heap/vidbuf_cached',
  ]
  expect(devices).toEqual(nodes.flatMap((line) => line.split(' ')).map((node) => `/dev/${node}`))
  expect(serviceOf(written(pi4))).not.toHaveProperty('privileged')
})

test('where the encoders cannot be asked, those that their names tell of', () => {
  const devices = serviceOf(written(inContainer(pi4, { nodes: () => undefined })))['devices'] as string[]
  expect(devices).toContain('/dev/video11:/dev/video11')
  expect(devices).toContain('/dev/video31:/dev/video31')
  expect(devices).not.toContain('/dev/video10:/dev/video10')
})

test('groups: those that own the devices, by number', () => {
  const odd = { ...pi4, nodes: { ...pi4.nodes, '/dev/video0': { gid: 39 }, '/dev/dma_heap/system': { gid: 105 } } }
  expect(serviceOf(written(odd))['group_add']).toEqual(['39', '44', '105'])
})

test('groups: none for what everybody may open, and none that would not help', () => {
  const nodes = Object.fromEntries(Object.keys(laptop.nodes).map((path) => [path, { gid: 0, mode: 0o666 }]))
  expect(serviceOf(written({ ...laptop, nodes }))).not.toHaveProperty('group_add')
})

test('groups: the usual one, and said so, where the devices cannot be seen', () => {
  const text = written(inContainer(pi4, { nodes: () => undefined }))
  expect(text).toContain('# Not looked up')
  expect(serviceOf(text)['group_add']).toEqual(['44'])
})

test('a webcam needs neither heaps nor the device tree', () => {
  const service = serviceOf(written(laptop))
  expect(service['devices']).toEqual(['/dev/media0:/dev/media0', '/dev/video0:/dev/video0', '/dev/video1:/dev/video1'])
  expect(service['security_opt']).toEqual(['no-new-privileges:true'])
})

test('the schema does tell a wrong file', () => {
  expect(() => composeContent('services: { a: { image: x, device: ["/dev/video0"] } }')).toThrow(
    'additional properties',
  )
})

test('without a camera no file is written', () => {
  expect(() => written(emptyContainer)).toThrow(expect.objectContaining({ code: 'ERR_NO_CAMERA' }) as Error)
})
