import type { MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const homepage: MakeIntegration = (place) => ({
  id: 'homepage',
  name: 'Homepage',
  opens: 'both',
  parts: [
    {
      title: 'services.yaml',
      language: 'yaml',
      text: `- Cameras:
    - Pi camera:
        href: ${place.camera('/')}
        siteMonitor: ${place.service}/health
        widget:
          type: mjpeg
          stream: ${place.embedded('/stream.mjpg')}
          fit: contain
    - Pi camera status:
        widget:
          type: customapi
          url: ${place.camera('/api/status')}
          refreshInterval: 10000
${
  place.hasToken
    ? `          headers:
            Authorization: Bearer ${Place.token}
`
    : ''
}          mappings:
            - { field: status, label: State }
            - { field: fps, label: FPS, format: number }
            - { field: clients, label: Viewers, format: number }
            - { field: encoder, label: Encoder }
`,
    },
  ],
  pitfall:
    "The mjpeg widget runs in your browser, the other two on Homepage's server: the address must be right for both, " +
    'and localhost is right for neither.',
})
