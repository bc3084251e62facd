import type { MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const octoprint: MakeIntegration = (place) => ({
  id: 'octoprint',
  name: 'OctoPrint',
  opens: 'both',
  parts: [
    {
      title: 'config.yaml, or Settings → Classic Webcam',
      language: 'yaml',
      text: `plugins:
  classicwebcam:
    stream: ${place.embedded('/?action=stream')}
    snapshot: ${place.camera('/?action=snapshot')}
    streamRatio: "16:9"
    snapshotTimeout: 5
    cacheBuster: false
${
  place.hasToken
    ? `    snapshotAuth: bearer
    snapshotBearerToken: ${Place.token}
`
    : ''
}`,
    },
  ],
  pitfall:
    'The stream is opened by your browser and the snapshot by OctoPrint itself, so both must reach the address. ' +
    'Turn the picture either here (MIO_ROTATION) or in OctoPrint, not in both.',
})
