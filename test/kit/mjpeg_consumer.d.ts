/** mjpeg-consumer brings no types. */
declare module 'mjpeg-consumer' {
  import type { EventEmitter } from 'node:events'
  interface Consumer extends EventEmitter<{ data: [Buffer] }> {
    write(chunk: Uint8Array): boolean
  }
  export default function mjpegConsumer(): Consumer
}
