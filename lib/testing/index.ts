/**
 * Cameras for the tests of programs that use this package: a synthetic one with real threads and real JPEGs, and a
 * scripted one that does only what the test says.
 * @packageDocumentation
 */
export { pictures } from './pictures.ts'
export { ScriptedSource } from './scripted_source.ts'
export { syntheticCamera } from './synthetic_camera.ts'
