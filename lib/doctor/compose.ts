import { MioError } from '../camera/errors.ts'
import { imageName } from '../package.ts'
import type { Host } from './host.ts'
import type { Encoders } from './probes.ts'

/** The group video on Raspberry Pi OS and Debian. */
const usualGroup = 44

/**
 * The smallest compose file that works on this board: the devices that the kernel has for its camera and its
 * encoder, one by one, and the groups that own them, by number because an image's names need not be the host's.
 * @throws {MioError} `ERR_NO_CAMERA` when the kernel has no camera
 */
export function composeFile(host: Host, { candidates }: Pick<Encoders, 'candidates'>): string {
  const cameras = host.devices.filter(({ use }) => use === 'camera')
  if (host.receivers.length === 0 && cameras.every(({ name }) => name !== '')) {
    throw new MioError('ERR_NO_CAMERA', { asked: 'write a compose file', found: 'the kernel has no camera' })
  }
  const encoders = host.devices.filter(({ use }) => use === 'encoder').map(({ path }) => path)
  const devices = [
    ...cameras.map(({ path }) => path),
    // Where the addon can ask the encoders, only those that take the camera's pictures.
    ...(candidates.length > 0 ? candidates : encoders),
    ...heaps(host),
  ]
  return [
    `# Written by \`motioninocean doctor --compose\` for: ${host.board.model ?? 'this machine'}, ${cameraNames(host)}.`,
    '# It names the devices one by one: write it again after a change of board, camera or kernel.',
    'services:',
    '  motioninocean:',
    `    image: ${imageName()}:latest`,
    '    container_name: motioninocean',
    '    restart: unless-stopped',
    '    ports: ["8000:8000"]',
    '    env_file: [{ path: .env, required: false }]',
    '    volumes:',
    "      # libcamera lists only the devices that the host's udev has initialised.",
    '      - "/run/udev:/run/udev:ro"',
    '    devices:',
    ...devices.map((path) => `      - ${JSON.stringify(`${path}:${path}`)}`),
    ...groupLines(host, devices),
    '    security_opt:',
    '      - "no-new-privileges:true"',
    ...(host.board.pipeline
      ? [
          '      # Docker hides the device tree, and libcamera makes its camera ids of it.',
          '      - "systempaths=unconfined"',
        ]
      : []),
    '    cap_drop: ["ALL"]',
    '    read_only: true',
    '    logging: { driver: json-file, options: { max-size: 10m, max-file: "3" } }',
    '',
  ].join('\n')
}

function cameraNames({ sensors, receivers }: Host): string {
  const others = receivers.filter(({ pipeline }) => !pipeline).map(({ model }) => model)
  return [...sensors, ...others].join(', ') || 'no sensor seen yet'
}

/** The folder, because cma= on the kernel's command line renames a heap; in it Docker passes over symbolic links. */
function heaps({ machine, receivers }: Host): string[] {
  const webcamsOnly = receivers.length > 0 && !receivers.some(({ pipeline }) => pipeline)
  if (webcamsOnly || (!machine.exists('/dev/dma_heap') && machine.list('/sys/class/dma_heap').length === 0)) return []
  const links = machine.list('/dev/dma_heap').filter((name) => machine.link(`/dev/dma_heap/${name}`) !== undefined)
  return ['/dev/dma_heap', ...links.map((name) => `/dev/dma_heap/${name}`)]
}

function groupLines({ machine }: Host, devices: readonly string[]): string[] {
  const nodes = devices.flatMap((path) =>
    path === '/dev/dma_heap' ? machine.list(path).map((name) => `${path}/${name}`) : path,
  )
  const owners = nodes.map((path) => machine.owner(path)).filter((owner) => owner !== undefined)
  // What everybody may open needs no group, and the group root is no help.
  const needed = owners.filter(({ gid, mode }) => gid !== 0 && (mode & 0o006) !== 0o006).map(({ gid }) => gid)
  const groups = [...new Set(needed)].toSorted((a, b) => a - b)
  if (owners.length === 0) {
    return [
      '    # Not looked up, as the devices cannot be seen from here: video on Raspberry Pi OS and Debian.',
      `    group_add: ["${usualGroup}"]`,
    ]
  }
  return groups.length === 0 ? [] : [`    group_add: [${groups.map((gid) => `"${gid}"`).join(', ')}]`]
}
