import type { MakeIntegration } from './integration.ts'

export const frigate: MakeIntegration = (place) => ({
  id: 'frigate',
  name: 'Frigate',
  opens: 'server',
  parts: [
    {
      title: 'config.yml',
      language: 'yaml',
      text: `go2rtc:
  streams:
    pi_cam: "ffmpeg:${place.embedded('/stream.mjpg')}#video=h264#hardware"
cameras:
  pi_cam:
    ffmpeg:
      inputs:
        - path: rtsp://127.0.0.1:8554/pi_cam
          roles: [detect, record]
    detect:
      width: 1280
      height: 720
      fps: 5
`,
    },
  ],
  pitfall:
    'width and height of detect must be those of the stream, or the pictures turn green. Without #video=h264 nothing ' +
    'can be recorded; the work of that is on the machine that runs Frigate.',
})
