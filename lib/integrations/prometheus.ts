import type { MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const prometheus: MakeIntegration = (place) => ({
  id: 'prometheus',
  name: 'Prometheus',
  opens: 'server',
  parts: [
    {
      title: 'prometheus.yml',
      language: 'yaml',
      text: `scrape_configs:
  - job_name: motioninocean
    scheme: ${place.scheme}
    metrics_path: ${place.pathOf('/metrics')}
    static_configs:
      - targets: ["${place.target}"]
${
  place.hasToken
    ? `    authorization:
      type: Bearer
      credentials: ${Place.token}
`
    : ''
}`,
    },
  ],
  pitfall: place.hasToken
    ? 'MIO_AUTH_OPEN=metrics opens /metrics without the token, if Prometheus cannot send it.'
    : 'A camera that is off because nobody watches is no fault: motioninocean_camera_up stays 1 then, while the frame rate is 0.',
})
