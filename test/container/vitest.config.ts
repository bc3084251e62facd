import { defineConfig } from 'vitest/config'

// For `npm run test:container`, which sees to an engine and images first.
export default defineConfig({
  // Node 20 does not know `using`.
  oxc: { target: 'node20' },
  test: {
    include: ['test/container/**/*.test.ts'],
    // Frame rates are measured, and the engine is one for all.
    fileParallelism: false,
    // Emulated programs are slow, and so are they all on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { hooks: 'stack' },
  },
})
