import { spawn } from 'node:child_process'

/** @type {import('node:child_process').ChildProcess | undefined} */
let running

/** Plugs the webcam in, for as long as the machine runs. SIGHUP unplugs it for two seconds. */
export function startWebcam() {
  running ??= spawn('uvc_camera', ['320x240=/app/webcam/320x240', '640x480=/app/webcam/640x480'], { stdio: 'inherit' })
  running.unref()
}

export function webcam() {
  if (!running) throw new Error('there is no webcam yet')
  return running
}
