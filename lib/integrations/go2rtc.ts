import type { MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const go2rtc: MakeIntegration = (place) => {
  const header = place.hasToken ? `#header=Authorization: Bearer ${Place.token}` : ''
  return {
    id: 'go2rtc',
    name: 'go2rtc',
    opens: 'server',
    parts: [
      {
        title: 'go2rtc.yaml',
        language: 'yaml',
        text: `streams:
  pi_cam: "${place.camera('/stream.mjpg')}${header}"
  pi_still: "${place.camera('/snapshot.jpg')}${header}"
  pi_webrtc:
    - "${place.camera('/stream.mjpg')}${header}"
    - "ffmpeg:pi_cam#video=h264#hardware"
`,
      },
    ],
    pitfall:
      'Browsers show MJPEG at /api/stream.mjpeg; WebRTC and MSE need the ffmpeg line. go2rtc connects only while ' +
      'somebody watches, so MIO_IDLE_SECONDS can switch the camera off in between.',
  }
}
