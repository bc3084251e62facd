import type { Metric } from 'prom-client'
import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'

const name = 'motioninocean_frame_latency_seconds'
const help = "Time from a frame's exposure until a viewer's socket has taken its last byte."

/**
 * The hubs' histograms. They count by themselves, millions of times between two scrapes, so this is only read; prom-client's
 * own Histogram can only count.
 */
export function latencyMetric(sources: readonly FrameSource[]): Metric {
  const get = async () => ({ name, help, type: 'histogram', values: sources.flatMap(valuesOf), aggregator: 'sum' })
  // What Registry needs of a metric.
  return { name, help, get, reset() {} } as unknown as Metric
}

function valuesOf(source: FrameSource) {
  const camera = source.id
  const { bounds, counts, sum } = hubOf(source).latency()
  let below = 0
  const buckets = counts.map((count, i) => {
    below += count
    return { metricName: `${name}_bucket`, labels: { camera, le: bounds[i] ?? '+Inf' }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { camera }, value: sum },
    { metricName: `${name}_count`, labels: { camera }, value: below },
  ]
}
