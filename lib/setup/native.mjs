import { builtLibcameras } from './paths.mjs'
import { build } from './build_native.mjs'
import { systemLibcamera } from './libcamera_headers.mjs'
import { stepIfChanged } from './stamp.mjs'

/** The addon and its libcamera backends, in build/Release. */
export async function nativeBuild() {
  await stepIfChanged(
    {
      name: 'native',
      what: 'Native build',
      inputs: ['CMakeLists.txt', 'native', 'lib/setup/build_native.mjs', 'node_modules/node-addon-api/package.json'],
      facts: [systemLibcamera(), builtLibcameras()],
      outputs: ['build/Release/motioninocean.node'],
    },
    (onLine) => build({ onLine }),
  )
}
