// What the image is made of, for both architectures. Nothing of the target runs for it: its files are looked at.
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { docker, dockerResult, IMAGE, root } from './docker.ts'
import { type FileEntry, listFiles, readTar } from './tar.ts'

const MB = 1e6

interface ImageConfig {
  User: string
  Env: string[]
  Entrypoint: string[]
  Cmd: string[]
  StopSignal: string
  Labels: Record<string, string>
  ExposedPorts: Record<string, object>
  Healthcheck: { Test: string[]; Interval: number }
}

describe.each(['amd64', 'arm64'])('%s', (architecture) => {
  const platform = `linux/${architecture}`
  let folder: string
  let tar: string
  let files: Map<string, FileEntry>
  let config: ImageConfig

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mio-image-'))
    tar = join(folder, 'root.tar')
    const container = await docker('create', '--platform', platform, IMAGE)
    try {
      await docker('export', '--output', tar, container)
    } finally {
      await docker('rm', container)
    }
    files = await listFiles(tar)
    const [inspected] = JSON.parse(await docker('image', 'inspect', '--platform', platform, IMAGE)) as [
      { Config: ImageConfig; Architecture: string },
    ]
    expect(inspected.Architecture).toBe(architecture)
    config = inspected.Config
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const text = async (path: string): Promise<string> => (await readTar(tar, path)).toString()

  test('is what the service and Docker need to know', () => {
    expect(config).toMatchObject({
      User: '10001',
      Entrypoint: ['node', '/app/dist/cli/main.js'],
      Cmd: ['serve'],
      StopSignal: 'SIGTERM',
      ExposedPorts: { '8000/tcp': {} },
      Healthcheck: { Test: ['CMD', 'node', '/app/dist/cli/health.js'], Interval: 30e9 },
    })
    expect(config.Env).toEqual(expect.arrayContaining(['MIO_CAMERA=0', 'NODE_ENV=production']))
  })

  test('has the labels that registries show, with the version of package.json', () => {
    const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>
    expect(config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'MotionInOcean',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': license,
    })
    expect(config.Labels['org.opencontainers.image.source']).toMatch(/^https:/)
  })

  test('user 10001 is in group video, and root is not what anything runs as', async () => {
    expect(await text('etc/passwd')).toContain('motioninocean:x:10001:10001:')
    expect(await text('etc/group')).toContain('video:x:44:motioninocean')
  })

  test('nothing raises rights: no setuid or setgid file', () => {
    expect([...files].filter(([, { mode, type }]) => type === 'file' && mode & 0o6000).map(([path]) => path)).toEqual(
      [],
    )
  })

  test('what builds is not there: no compiler, npm, package manager, Perl, Python, Mesa or LLVM', () => {
    const unwanted = /^(g\+\+|gcc|cc|c\+\+|clang|cmake|ninja|make|npm|npx|apt|apt-get|perl|python3?)$/
    const libraries = /^lib(LLVM|gallium|EGL_mesa|GLX_mesa|vulkan)/
    const found = [...files.keys()].filter((path) => {
      const name = path.slice(path.lastIndexOf('/') + 1)
      return (/bin\/[^/]+$/.test(path) && unwanted.test(name)) || libraries.test(name)
    })
    expect(found).toEqual([])
    expect([...files.keys()].filter((path) => /\/node_modules\/(typescript|vitest|cmake-js)\//.test(path))).toEqual([])
  })

  test("libcamera is of the kernel's house: Raspberry Pi's on arm64, Debian's on amd64, and one backend fits it", async () => {
    const packages = await installed()
    const name = [...packages.keys()].find((it) => /^libcamera\d/.test(it)) ?? ''
    const version = packages.get(name)
    expect(version).toMatch(architecture === 'arm64' ? /\+rpt\d/ : /~bpo/)
    expect(packages.get('libcamera-ipa')).toBe(version)

    const soname = name.replace('libcamera', '')
    const backends = [...files.keys()].filter((path) => /^app\/.*\/libcamera-[\d.]+\.so$/.test(path))
    expect(backends).toEqual([`app/build/Release/libcamera-${soname}.so`])
    const triplet = architecture === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
    expect(files.has(`usr/lib/${triplet}/libcamera.so.${soname}`)).toBe(true)
    if (architecture === 'arm64') {
      for (const board of ['vc4', 'pisp']) {
        expect(files.has(`usr/lib/${triplet}/libcamera/ipa/ipa_rpi_${board}.so`)).toBe(true)
        expect([...files.keys()].some((path) => path.startsWith(`usr/share/libcamera/ipa/rpi/${board}/imx708`))).toBe(
          true,
        )
      }
    }
  })

  test('machine code is of the architecture, and loads where pages are of 16 KiB', async () => {
    const code =
      /^app\/.*\.(node|so[.\d]*)$|^usr\/local\/bin\/node$|\/(libcamera|ipa_rpi|lib(turbo)?jpeg)[^/]*\.so[.\d]*$/
    const loaded = [...files].filter(([path, { type }]) => type === 'file' && code.test(path)).map(([path]) => path)
    expect(loaded.length).toBeGreaterThanOrEqual(8)
    for (const path of loaded) {
      const elf = await readTar(tar, path)
      expect({ path, machine: elf.readUInt16LE(18) }).toEqual({ path, machine: architecture === 'arm64' ? 183 : 62 })
      if (architecture === 'arm64') expect({ path, fits: loadAlignment(elf) >= 16384 }).toEqual({ path, fits: true })
    }
  })

  test('size: at most 230 MB unpacked, 90 MB compressed, and 40 MB of it the service', async () => {
    const { compressed, unpacked } = await imageSize(platform, folder)
    const app = [...files].filter(([path]) => path.startsWith('app/')).reduce((sum, [, { size }]) => sum + size, 0)
    console.log(
      `${architecture}: ${(unpacked / MB).toFixed(1)} MB, ${(compressed / MB).toFixed(1)} MB compressed, service ${(app / MB).toFixed(1)} MB`,
    )
    // arm64's Node and libraries are somewhat larger.
    const more = architecture === 'arm64' ? 1.15 : 1
    expect(unpacked).toBeLessThan(230 * MB * more)
    expect(compressed).toBeLessThan(90 * MB * more)
    expect(app).toBeLessThan(40 * MB)
  })

  /** Name and version of what dpkg knows. */
  async function installed(): Promise<Map<string, string>> {
    const stanzas = (await text('var/lib/dpkg/status')).split('\n\n')
    const field = (stanza: string, name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(stanza)?.[1] ?? ''
    return new Map(stanzas.map((stanza) => [field(stanza, 'Package'), field(stanza, 'Version')]))
  }
})

test('the Dockerfile passes the linter of BuildKit', async () => {
  const { code, output } = await dockerResult('build', '--check', '.')
  expect(output).toContain('no warnings found')
  expect(code).toBe(0)
})

/** The smallest alignment of the segments that a 64-bit ELF file has loaded, bytes. */
function loadAlignment(elf: Buffer): number {
  const headers = Number(elf.readBigUInt64LE(32))
  const [size, count] = [elf.readUInt16LE(54), elf.readUInt16LE(56)]
  const loaded = Array.from({ length: count }, (_, index) => headers + index * size).filter(
    (at) => elf.readUInt32LE(at) === 1,
  )
  return Math.min(...loaded.map((at) => Number(elf.readBigUInt64LE(at + 48))))
}

/** Of all layers together, as a registry and a disk hold them. */
async function imageSize(platform: string, folder: string): Promise<{ compressed: number; unpacked: number }> {
  const archive = join(folder, 'image.tar')
  await docker('save', '--platform', platform, '--output', archive, IMAGE)
  const [{ Layers }] = JSON.parse((await readTar(archive, 'manifest.json')).toString()) as [{ Layers: string[] }]
  const sizes = { compressed: 0, unpacked: 0 }
  for (const layer of Layers) {
    const blob = await readTar(archive, layer)
    // A blob is named after its checksum: it is whole.
    expect(layer).toContain(createHash('sha256').update(blob).digest('hex'))
    sizes.compressed += blob.length
    const gunzip = createGunzip()
    gunzip.end(blob)
    for await (const chunk of gunzip) sizes.unpacked += (chunk as Buffer).length
  }
  return sizes
}
