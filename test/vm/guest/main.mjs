// All tests of the virtual machine, in one process: node takes seconds to start there, and libcamera allows one
// manager. In this order: each needs what the ones before have shown.
await import('./driver.test.mjs')
await import('./doctor.test.mjs')
await import('./encoding.test.mjs')
await import('./failure.test.mjs')
await import('./webcam.test.mjs')
await import('./colours.test.mjs')
await import('./service.test.mjs')
