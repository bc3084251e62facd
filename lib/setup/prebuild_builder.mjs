#!/usr/bin/env node
// Stands in for node-gyp when prebuildify builds (lib/setup/prebuilds.mjs). prebuildify spawns it, in the folder whose
// build/Release it looks into, as `rebuild --target=… --devdir=… --arch=… --release`; cmake-js would take --target for a
// target of CMake, so nothing of that is passed on.
import { resolve } from 'node:path'
import { build } from './build_native.mjs'
import { prebuildSettings } from './prebuild_settings.mjs'

const output = resolve('build/Release')
await build({ output, ...prebuildSettings(process.env.PREBUILD_ARCH ?? process.arch), onLine: console.log })
