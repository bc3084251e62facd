import { build } from './build_native.mjs'
import { inRoot } from './paths.mjs'
import { ask } from './run.mjs'
import { step } from './step.mjs'

/**
 * The addon under AddressSanitizer, in a folder of its own.
 * @returns {Promise<NodeJS.ProcessEnv>} what a Node needs to use it, beside what it preloads anyway
 */
export async function asanAddon() {
  const folder = inRoot('build/asan')
  await step('Addon under AddressSanitizer', 'CMake knows what changed', (onLine) =>
    build({
      // Where node-gyp-build looks, below the folder that it is told.
      output: `${folder}/build/Release`,
      tree: inRoot('build/cmake/asan-addon'),
      settings: ['MIO_SANITIZE=address'],
      onLine,
    }),
  )
  return {
    TEST_ASAN: ask('g++', ['-print-file-name=libasan.so']),
    MOTIONINOCEAN_PREBUILD: folder,
    // At its end Node leaves to the kernel what V8 and it have: all of that would count as leaks. The case that opens and
    // closes 200 times looks for ours. Freed memory is kept back for a while, but not so much that it looks like one.
    ASAN_OPTIONS: 'detect_leaks=0:detect_stack_use_after_return=1:quarantine_size_mb=2:exitcode=66',
  }
}
