/**
 * The HTTP side, for programs that serve a camera themselves. Apart from the library's main entry, so that
 * importing that one loads no Express.
 * @packageDocumentation
 */
export { closeStreams } from './close_streams.ts'
export { createApp, type AppOptions } from './create_app.ts'
export { mjpegRouter, snapshotHandler, type MjpegRouterOptions } from './mjpeg_router.ts'
export { serve, type ServeOptions, type Service } from './serve.ts'
