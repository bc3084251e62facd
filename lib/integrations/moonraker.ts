import type { MakeIntegration } from './integration.ts'

export const moonraker: MakeIntegration = (place) => ({
  id: 'moonraker',
  name: 'Klipper: Moonraker, Mainsail, Fluidd',
  opens: 'browser',
  parts: [
    {
      title: 'moonraker.conf',
      language: 'ini',
      text: `[webcam pi]
location: printer
icon: mdiWebcam
enabled: True
# or mjpegstreamer-adaptive, which polls the snapshot
service: mjpegstreamer
target_fps: 15
target_fps_idle: 5
stream_url: ${place.embedded('/?action=stream')}
snapshot_url: ${place.embedded('/?action=snapshot')}
flip_horizontal: False
flip_vertical: False
# 0, 90, 180 or 270
rotation: 0
aspect_ratio: 16:9
`,
    },
  ],
  pitfall:
    'A page that came by https shows no picture that comes by http. Put this service behind the same proxy, or open ' +
    'Mainsail by http.',
})
