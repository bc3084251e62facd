import type { Form, MakeIntegration } from './integration.ts'
import { Place } from './place.ts'

export const uptimeKuma: MakeIntegration = (place) => {
  const headers: Record<string, string> = place.hasToken
    ? { Headers: JSON.stringify({ Authorization: `Bearer ${Place.token}` }) }
    : {}
  const health = `${place.service}/health`
  const monitor = (title: string, fields: Form['fields']): Form => ({ title, fields })
  return {
    id: 'uptime-kuma',
    name: 'Uptime Kuma',
    opens: 'server',
    parts: [
      monitor('The service runs', { 'Monitor Type': 'HTTP(s)', URL: health, 'Accepted Status Codes': '200-299' }),
      monitor('The service runs, by a word in its answer', {
        'Monitor Type': 'HTTP(s) - Keyword',
        URL: health,
        Keyword: '"status":"ok"',
      }),
      monitor('The service runs, by its JSON', {
        'Monitor Type': 'HTTP(s) - Json Query',
        URL: health,
        'Json Query': '$.status',
        Condition: '==',
        'Expected Value': 'ok',
      }),
      monitor('The camera gives pictures', { 'Monitor Type': 'HTTP(s)', URL: `${place.service}/ready`, ...headers }),
    ],
    pitfall:
      'Never monitor the stream: Kuma reads an answer to its end, and a stream has none. /health says that the ' +
      'process serves, /ready that the camera does.',
  }
}
