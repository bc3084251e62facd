// Builds the images that the tests run, from the Dockerfile as it is.
import { readFileSync } from 'node:fs'
import { inRoot } from '../../../lib/setup/paths.mjs'
import { run } from '../../../lib/setup/run.mjs'
import { step } from '../../../lib/setup/step.mjs'
import { baseImages } from './base_images.mjs'
import { caddyImage } from './caddy_image.mjs'
import { raspberryPiArchive } from './raspberrypi_archive.mjs'

/** The image for both architectures, and the GoogleTests for arm64. */
export const IMAGE = 'motioninocean:test'
export const NATIVE_TESTS = 'motioninocean:native-tests'

export async function images() {
  const dockerfile = readFileSync(inRoot('Dockerfile'), 'utf8')
  const setting = (/** @type {string} */ name) => new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(dockerfile)?.[1] ?? ''
  const suite = setting('DEBIAN_SUITE')
  await baseImages({ suite, node: setting('NODE_VERSION') })
  await caddyImage(suite)
  const archive = await raspberryPiArchive(suite, 'arm64')
  try {
    // The host's network: it is where the archive is, and a bridge is one thing less to depend on.
    const build = ['build', '--network', 'host']
    const settings = [`RASPBERRY_PI_ARCHIVE=${archive.url}`, `KEYRING_SHA256=${archive.keyringSha256}`]
    const args = [...build, ...settings.flatMap((value) => ['--build-arg', value])]
    await step('Image for amd64 and arm64', 'Docker knows what changed', (onLine) =>
      run('docker', [...args, '--platform', 'linux/amd64,linux/arm64', '--tag', IMAGE, '.'], { onLine }),
    )
    await step('GoogleTests for arm64', 'Docker knows what changed', (onLine) =>
      run('docker', [...args, '--platform', 'linux/arm64', '--target', 'native-tests', '--tag', NATIVE_TESTS, '.'], {
        onLine,
      }),
    )
  } finally {
    archive.close()
  }
}
