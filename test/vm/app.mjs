// What runs in the guest, as one squashfs: the package with what it ships for that processor, the tests, and the
// pictures of the webcam.
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inRoot } from '../../lib/setup/paths.mjs'
import { ownPrebuild } from '../../lib/setup/prebuilds.mjs'
import { run } from '../../lib/setup/run.mjs'
import { stepIfChanged } from '../../lib/setup/stamp.mjs'
import { step } from '../../lib/setup/step.mjs'
import { barsAsNv12 } from './guest/bars.mjs'

/** @typedef {import('./machine.mjs').Architecture} Architecture */

/** What Node calls it. */
const archOf = { amd64: 'x64', arm64: 'arm64' }

/** In the order of loading. dummy_hcd and raw_gadget carry the webcam. */
const cameras = ['vimc', 'vicodec', 'm2mjpeg', 'dummy_hcd', 'raw_gadget', 'uvcvideo']
const modules = { amd64: cameras, arm64: ['dma_heaps', ...cameras] }

/**
 * @param {Architecture} architecture
 * @param {string} command For bash, in the guest.
 * @returns {Promise<string>} The squashfs.
 */
export async function machineApp(architecture, command) {
  const folder = join('build/vm', architecture)
  const app = join(folder, 'app')
  const arch = archOf[architecture]
  await ownPrebuild(arch)
  await stepIfChanged(
    {
      name: `vm-packages-${architecture}`,
      what: `npm packages for the virtual machine (${architecture})`,
      inputs: ['package-lock.json'],
      outputs: [join(app, 'node_modules/express/package.json')],
    },
    (onLine) => packages(arch, app, onLine),
  )
  const squashfs = inRoot(folder, 'app.sqfs')
  await step('Tests for the virtual machine', 'packed for each run', async (onLine) => {
    for (const part of ['dist', 'guest', 'prebuilds', 'webcam'])
      rmSync(inRoot(app, part), { recursive: true, force: true })
    cpSync(inRoot('dist'), inRoot(app, 'dist'), { recursive: true })
    cpSync(inRoot('test/vm/guest'), inRoot(app, 'guest'), { recursive: true })
    cpSync(inRoot('prebuilds', `linux-${arch}`), inRoot(app, 'prebuilds', `linux-${arch}`), { recursive: true })
    await webcamPictures(inRoot(app, 'webcam'))
    writeFileSync(inRoot(app, 'modules'), `${modules[architecture].join('\n')}\n`)
    writeFileSync(inRoot(app, 'command'), `${command}\n`)
    await run('mksquashfs', [inRoot(app), squashfs, '-comp', 'lz4', '-noappend', '-no-progress', '-quiet'], { onLine })
  })
  return squashfs
}

/**
 * What the service depends on, for the guest's processor.
 * @param {string} arch
 * @param {string} app
 * @param {(line: string) => void} onLine
 */
async function packages(arch, app, onLine) {
  mkdirSync(inRoot(app), { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) cpSync(inRoot(file), inRoot(app, file))
  const platform = [`--cpu=${arch}`, '--os=linux', '--libc=glibc']
  const quiet = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['ci', ...platform, ...quiet], { cwd: inRoot(app), onLine })
}

/** @param {string} folder */
async function webcamPictures(folder) {
  const { default: sharp } = await import('sharp')
  for (const [width, height] of /** @type {const} */ ([
    [320, 240],
    [640, 480],
  ])) {
    const sized = join(folder, `${width}x${height}`)
    mkdirSync(sized, { recursive: true })
    writeFileSync(join(sized, 'bars.nv12'), barsAsNv12(width, height))
    for (let i = 0; i < 6; i++) {
      const bars = ['#f00', '#0f0', '#00f'].map(
        (colour, bar) => `<rect x="${(bar * width) / 3}" width="${width / 3}" height="${height}" fill="${colour}"/>`,
      )
      const patch = `<rect x="${(i * width) / 6}" y="${height / 2}" width="20" height="20" fill="#fff"/>`
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${bars.join('')}${patch}</svg>`
      const file = join(sized, `${i}.jpg`)
      await sharp(Buffer.from(svg)).jpeg({ quality: 85, optimiseCoding: false }).toFile(file)
      chmodSync(file, 0o644)
    }
  }
}
