#!/usr/bin/env node
// Stands in for node-gyp in `prebuildify --node-gyp lib/setup/prebuild_builder.mjs`. prebuildify spawns it as
// `rebuild --target=… --devdir=… --arch=… --release|--debug`; cmake-js would take --target for a target of CMake,
// so only the kind of build is passed on.
import { build } from './build_native.mjs'

await build({ config: process.argv.includes('--debug') ? 'Debug' : 'Release', onLine: console.log })
