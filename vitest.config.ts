import { configDefaults, defineConfig } from 'vitest/config'
import { processEnvironment } from './test/kit/process_environment.ts'

export default defineConfig({
  // Node 20 does not know `using`.
  oxc: { target: 'node20' },
  test: {
    // `npm run test:package` has more: other Nodes, other package managers.
    include: [process.env['TEST_PACKAGE'] ? 'test/package/*.{test,matrix}.ts' : 'test/**/*.test.ts'],
    // These have a command of their own: npm run test:container.
    exclude: [...configDefaults.exclude, 'test/container/**'],
    // A process for each file: libcamera allows one CameraManager in a process, and the stand-in devices are
    // set up through the environment that a process starts with.
    pool: 'forks',
    isolate: true,
    env: processEnvironment(),
    // Frame rates are measured: tests that fight for processors measure each other.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { hooks: 'stack' },
  },
})
