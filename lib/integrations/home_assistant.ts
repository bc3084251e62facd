import type { MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const homeAssistant: MakeIntegration = (place) => {
  const login: Record<string, string> = place.hasToken ? { Username: 'camera', Password: Place.token } : {}
  return {
    id: 'home-assistant',
    name: 'Home Assistant',
    opens: 'server',
    parts: [
      {
        title: 'Settings → Devices & services → Add integration → MJPEG IP Camera',
        fields: {
          'MJPEG URL': place.camera('/stream.mjpg'),
          'Still Image URL': place.camera('/snapshot.jpg'),
          ...login,
        },
      },
      {
        title: 'Or, for pictures now and then: Generic Camera',
        fields: { 'Still Image URL': place.camera('/snapshot.jpg'), 'Stream Source URL': '', ...login },
      },
      {
        title: 'Card on a dashboard',
        language: 'yaml',
        text: `type: picture-entity
entity: camera.pi
camera_view: live
`,
      },
    ],
    pitfall:
      'Leave the stream source of a Generic Camera empty: it is for RTSP and HLS, and Home Assistant cannot take ' +
      'MJPEG there. Without a still image URL, an MJPEG camera opens the whole stream for each thumbnail.',
  }
}
