// Builds the images that the tests run, from the Dockerfile as it is.
import { readFileSync } from 'node:fs'
import { inRoot } from '../../../lib/setup/paths.mjs'
import { run } from '../../../lib/setup/run.mjs'
import { step } from '../../../lib/setup/step.mjs'
import { baseImages, uncompressed } from './base_images.mjs'
import { caddyImage } from './caddy_image.mjs'
import { raspberryPiArchive } from './raspberrypi_archive.mjs'

/** The image for both architectures, and the GoogleTests for arm64. */
export const IMAGE = 'motioninocean:test'
export const NATIVE_TESTS = 'motioninocean:native-tests'

export async function images() {
  const { suite, node } = versions()
  await baseImages({ suite, node })
  await caddyImage(suite)
  await build('Image for amd64 and arm64', ['--platform', 'linux/amd64,linux/arm64', '--tag', IMAGE])
}

/** After {@link images}. */
export async function nativeTestsImage() {
  const target = ['--platform', 'linux/arm64', '--target', 'native-tests']
  await build('GoogleTests for arm64', [...target, ...uncompressed(NATIVE_TESTS)])
}

/** As the Dockerfile has them. */
function versions() {
  const dockerfile = readFileSync(inRoot('Dockerfile'), 'utf8')
  const setting = (/** @type {string} */ name) => new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(dockerfile)?.[1] ?? ''
  return { suite: setting('DEBIAN_SUITE'), node: setting('NODE_VERSION') }
}

/**
 * @param {string} what
 * @param {string[]} options
 */
async function build(what, options) {
  const archive = await raspberryPiArchive(versions().suite, 'arm64')
  try {
    const settings = [`RASPBERRY_PI_ARCHIVE=${archive.url}`, `KEYRING_SHA256=${archive.keyringSha256}`]
    const args = settings.flatMap((value) => ['--build-arg', value])
    // The host's network: it is where the archive is, and a bridge is one thing less to depend on.
    await step(what, 'Docker knows what changed', (onLine) =>
      run('docker', ['build', '--network', 'host', ...args, ...options, '.'], { onLine }),
    )
  } finally {
    archive.close()
  }
}
