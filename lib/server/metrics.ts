import type { Gauge as GaugeOf, Registry } from 'prom-client'
import type { FrameSource } from '../camera/source.ts'
import { version } from '../package.ts'
import { latencyMetric } from './latency_metric.ts'
import { counters, gauges, type MetricRow } from './metric_rows.ts'

/** A registry over the cameras, to be read at each scrape. prom-client is loaded with the first. */
export async function metricsOf(sources: readonly FrameSource[]): Promise<Registry> {
  const { Counter, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  const common = (name: string, help: string, labels: readonly string[] = []) => ({
    name: `motioninocean_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  const all = (row: MetricRow) =>
    sources.flatMap((source) =>
      row.read(source).map(([value, labels]) => [{ camera: source.id, ...labels }, value] as const),
    )

  for (const row of counters) {
    const counter = new Counter({
      ...common(row.name, row.help, ['camera', ...(row.labels ?? [])]),
      collect() {
        counter.reset()
        for (const [labels, value] of all(row)) if (value !== undefined) counter.inc(labels, value)
      },
    })
  }
  for (const row of gauges) {
    const gauge = new Gauge({
      ...common(row.name, row.help, ['camera', ...(row.labels ?? [])]),
      collect() {
        gauge.reset()
        for (const [labels, value] of all(row)) if (value !== undefined) gauge.set(labels, value)
      },
    })
  }
  registry.registerMetric(latencyMetric(sources))
  new Gauge(common('build_info', 'Always 1: the version.', ['version'])).set({ version }, 1)
  ofTheProcess()
  return registry

  function ofTheProcess(): void {
    const cpu = new Counter({
      ...common('', 'Processor time of this process.'),
      name: 'process_cpu_seconds_total',
      collect() {
        const { user, system } = process.cpuUsage()
        cpu.reset()
        cpu.inc((user + system) / 1e6)
      },
    })
    const memory: GaugeOf = new Gauge({
      ...common('', 'Resident memory of this process.'),
      name: 'process_resident_memory_bytes',
      collect() {
        memory.set(process.memoryUsage.rss())
      },
    })
    const began = Date.now() / 1000 - process.uptime()
    new Gauge({ ...common('', 'When this process began, since 1970.'), name: 'process_start_time_seconds' }).set(began)
  }
}
