// Debian's Prometheus, set up by what /integrations says, scrapes the service; Grafana's dashboard finds its numbers.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { openCamera } from '../../lib/index.ts'
import { plainEnvironment } from '../kit/environment.ts'
import { startService } from '../kit/server.ts'
import { StreamClient } from '../kit/stream_client.ts'
import { until } from '../kit/until.ts'

interface Answer {
  integrations: { id: string; parts: { text: string }[] }[]
}

async function snippet(url: string, id: string): Promise<string> {
  const { integrations } = (await (await fetch(`${url}/integrations`)).json()) as Answer
  return integrations.find((one) => one.id === id)!.parts[0]!.text
}

/** Starts Prometheus with a configuration, and hands over its URL. */
async function withPrometheus(configuration: object, use: (url: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mio-prometheus-'))
  // YAML takes JSON.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration))
  const args = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`]
  const child = spawn('prometheus', [...args, '--web.listen-address=127.0.0.1:0'], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  try {
    const lines: string[] = []
    const address = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stderr }).on('line', (line) => {
        lines.push(line)
        const found = /msg="Listening on".* address=(\S+)/.exec(line)?.[1]
        if (found) resolve(found)
      })
      child.once('exit', () => reject(new Error(`prometheus ended: ${lines.join('\n')}`)))
    })
    // It listens before it can answer.
    await until(async () => (await fetch(`http://${address}/-/ready`)).ok, { timeout: 30_000 })
    await use(`http://${address}`)
  } finally {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  }
}

async function query(prometheus: string, expression: string): Promise<{ metric: object; value: [number, string] }[]> {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`)
  const { status, data } = (await response.json()) as { status: string; data: { result: never[] } }
  expect(status).toBe('success')
  return data.result
}

test('Prometheus scrapes the metrics, and every panel of the dashboard has numbers', { timeout: 90_000 }, async () => {
  await using camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
  await using service = await startService({ sources: [camera] })
  const viewer = await StreamClient.open(`${service.url}/stream.mjpg`)
  const configuration = parse(await snippet(service.url, 'prometheus')) as { scrape_configs: object[] }
  const often = { scrape_configs: configuration.scrape_configs.map((one) => ({ ...one, scrape_interval: '1s' })) }
  const { panels } = JSON.parse(await snippet(service.url, 'grafana')) as {
    panels: { targets: { expr: string }[] }[]
  }
  await withPrometheus(often, async (prometheus) => {
    await until(async () => (await query(prometheus, 'motioninocean_camera_up == 1')).length === 1, { timeout: 30_000 })
    expect(await query(prometheus, 'up{job="motioninocean"} == 1')).toHaveLength(1)
    for (const expression of panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))) {
      await until(async () => (await query(prometheus, expression)).length > 0, { timeout: 30_000, what: expression })
    }
    const viewers = await query(prometheus, 'sum(motioninocean_clients)')
    expect(viewers[0]!.value[1]).toBe('1')
  })
  await viewer[Symbol.asyncDispose]()
})
