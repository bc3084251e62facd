import type { MakeIntegration } from './integration.ts'

export const grafana: MakeIntegration = (place) => ({
  id: 'grafana',
  name: 'Grafana',
  opens: 'browser',
  parts: [
    {
      title: 'Dashboards → New → Import: numbers from Prometheus',
      language: 'json',
      text: `${JSON.stringify(dashboard, undefined, 2)}\n`,
    },
    {
      title: 'The picture in a Text panel, mode HTML',
      language: 'html',
      text: `<img src="${place.embedded('/stream.mjpg')}" alt="Pi camera" width="100%" />\n`,
    },
  ],
  pitfall:
    'The numbers come from Prometheus, so that must be set up first. A Grafana that came by https shows no picture that ' +
    'comes by http.',
})

/** Grafana asks for the data source when it imports this. */
const datasource = { type: 'prometheus', uid: '${DS_PROMETHEUS}' }

const panels = [
  panel('Camera up', 'stat', [['motioninocean_camera_up', '{{camera}}']]),
  panel('Frames per second', 'timeseries', [
    ['sum by (camera, stage) (rate(motioninocean_frames_total[1m]))', '{{camera}} {{stage}}'],
  ]),
  panel('Viewers', 'timeseries', [['sum by (camera) (motioninocean_clients)', '{{camera}}']]),
  panel('Exposure to socket, 95 %', 'timeseries', [
    [
      'histogram_quantile(0.95, sum by (camera, le) (rate(motioninocean_frame_latency_seconds_bucket[5m])))',
      '{{camera}}',
    ],
  ]),
  panel('Frames dropped a second', 'timeseries', [
    [
      'sum by (camera, reason) (rate(motioninocean_frames_dropped_total{reason!="unwatched"}[5m]))',
      '{{camera}} {{reason}}',
    ],
  ]),
  panel('Restarts of the camera', 'timeseries', [['motioninocean_camera_restarts_total', '{{camera}}']]),
]

const dashboard = {
  __inputs: [{ name: 'DS_PROMETHEUS', label: 'Prometheus', type: 'datasource', pluginId: 'prometheus' }],
  title: 'MotionInOcean',
  uid: 'motioninocean',
  schemaVersion: 39,
  refresh: '10s',
  time: { from: 'now-1h', to: 'now' },
  panels: panels.map((one, i) => ({
    ...one,
    id: i + 1,
    gridPos: { x: (i % 2) * 12, y: Math.floor(i / 2) * 8, w: 12, h: 8 },
  })),
}

function panel(title: string, type: string, targets: readonly (readonly [expr: string, legendFormat: string])[]) {
  const queries = targets.map(([expr, legendFormat], i) => ({ refId: 'ABC'[i], expr, legendFormat, datasource }))
  return { title, type, datasource, targets: queries }
}
