// Each snippet is right in its own format, and each URL in it answers as that program asks.
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { openCamera, type Camera } from '../../lib/index.ts'
import { type Integration, isForm, type Snippet } from '../../lib/integrations/integration.ts'
import { startService, type TestService } from '../kit/server.ts'

const token = 'attic-0815'

interface Answer {
  service: string
  tokenPlaceholder: string | null
  integrations: Integration[]
}

/** Of Homepage's services.yaml. */
interface Tile {
  siteMonitor?: string
  widget: { type: string; url: string; mappings?: { field: string; format?: string }[] }
}

let camera: Camera
let services: { open: TestService; locked: TestService }

beforeAll(async () => {
  camera = await openCamera({ camera: 'synthetic', width: 640, height: 480 })
  services = {
    open: await startService({ sources: [camera] }),
    locked: await startService({ sources: [camera], basePath: '/attic', token }),
  }
})

afterAll(async () => {
  await services.open.close()
  await services.locked.close()
  await camera.close()
  expect(camera.statistics().pool.lent).toBe(0)
})

async function integrationsOf(url: string, headers: Record<string, string> = {}): Promise<Integration[]> {
  const response = await fetch(url, { headers })
  expect(response.status).toBe(200)
  return ((await response.json()) as Answer).integrations
}

/** Everything that somebody pastes, as text. */
function textsOf({ parts }: Integration): string[] {
  return parts.flatMap((part) => (isForm(part) ? Object.values(part.fields) : [part.text]))
}

const readIni = `
import configparser, sys
parser = configparser.ConfigParser(interpolation=None, strict=True)
parser.read_string(sys.stdin.read())
assert parser.sections() and all(dict(parser[name]) for name in parser.sections()), parser.sections()
`

const parsers: Record<Snippet['language'], (text: string) => void> = {
  yaml(text) {
    for (const document of parseAllDocuments(text)) expect((document as { errors: unknown[] }).errors).toEqual([])
  },
  json: (text) => void JSON.parse(text),
  // Moonraker reads its moonraker.conf with this.
  ini: (text) => void execFileSync('python3', ['-c', readIni], { input: text }),
  html: (text) => expect(text).toMatch(/^<[a-z]+( [a-z]+="[^"<>]*")* \/?>\n$/),
  text: (text) => expect(text.trim()).not.toBe(''),
}

/** URLs of the service in a text, as the program that reads it takes them. */
function urlsIn(text: string, base: string): string[] {
  const found = text.match(/https?:\/\/[^\s"'#<>]+/g) ?? []
  return found.map((url) => url.replaceAll('&amp;', '&')).filter((url) => url.startsWith(base))
}

/** Headers that a program sends, as its own snippet tells it to. */
function headersOf(integration: Integration): Record<string, string> {
  const text = textsOf(integration).join('\n')
  const bearer = `Bearer ${token}`
  if (
    /snapshotBearerToken: TOKEN|Authorization: Bearer TOKEN|"Authorization":"Bearer TOKEN"|credentials: TOKEN/.test(
      text,
    )
  )
    return { Authorization: bearer }
  const form = integration.parts.filter(isForm).find(({ fields }) => fields['Password'] === 'TOKEN')
  const pair = form && Buffer.from(`${form.fields['Username']}:${token}`).toString('base64')
  return pair ? { Authorization: `Basic ${pair}` } : {}
}

async function expectAnswer(url: string, headers: Record<string, string>): Promise<void> {
  const stop = new AbortController()
  const response = await fetch(url, { headers, signal: stop.signal })
  if (response.status !== 200) throw new Error(`${url} answers ${response.status}`)
  const type = response.headers.get('content-type')
  const { pathname, search } = new URL(url)
  if (/stream/.test(pathname + search)) expect(type).toMatch(/^multipart\/x-mixed-replace/)
  else if (/snapshot/.test(pathname + search)) expect(type).toBe('image/jpeg')
  else if (pathname.endsWith('/metrics')) expect(type).toMatch(/^text\/plain/)
  else if (pathname.endsWith('/health')) expect(await response.text()).toContain('"status":"ok"')
  else if (/\/(ready|api\/status)$/.test(pathname)) expect(await response.json()).toHaveProperty('status')
  else expect(type).toMatch(/^text\/html/)
  stop.abort()
}

describe('without a token', () => {
  test('every program is there, with this address, and each part is right in its format', async () => {
    const integrations = await integrationsOf(`${services.open.url}/integrations`)
    expect(integrations.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'home-assistant',
        'octoprint',
        'moonraker',
        'homepage',
        'uptime-kuma',
        'frigate',
        'go2rtc',
        'prometheus',
        'grafana',
        'node-red',
        'html',
      ]),
    )
    for (const { parts, pitfall } of integrations) {
      expect(pitfall).not.toBe('')
      for (const part of parts) if (!isForm(part)) parsers[part.language](part.text)
    }
    expect(JSON.stringify(integrations)).not.toContain('TOKEN')
  })

  test('every URL answers', async () => {
    const integrations = await integrationsOf(`${services.open.url}/integrations`)
    for (const integration of integrations) {
      const urls = textsOf(integration).flatMap((text) => urlsIn(text, services.open.url))
      // Prometheus wants the URL in pieces: test/clients/prometheus.test.ts.
      if (integration.id !== 'prometheus') expect(urls).not.toEqual([])
      for (const url of urls) await expectAnswer(url, {})
    }
  })
})

describe('what a program does with an answer', () => {
  const partsOf = async (id: string) =>
    (await integrationsOf(`${services.open.url}/integrations`)).find((one) => one.id === id)!.parts

  test('Homepage finds each number that it is told to show, and its site monitor asks by HEAD', async () => {
    const [part] = await partsOf('homepage')
    const [{ Cameras: tiles }] = parse((part as Snippet).text) as [{ Cameras: Record<string, Tile>[] }]
    const all = tiles.flatMap((tile) => Object.values(tile))
    const numbers = all.find(({ widget }) => widget.type === 'customapi')!.widget
    const status = (await (await fetch(numbers.url)).json()) as object
    expect(numbers.mappings!.length).toBeGreaterThan(2)
    for (const { field, format } of numbers.mappings!) {
      expect(status).toHaveProperty(field, format === 'number' ? expect.any(Number) : expect.any(String))
    }
    const { siteMonitor } = all.find((one) => one.siteMonitor !== undefined)!
    expect((await fetch(siteMonitor!, { method: 'HEAD' })).status).toBe(200)
  })

  test('Uptime Kuma finds the keyword and the JSON value that it compares', async () => {
    const forms = (await partsOf('uptime-kuma')).filter(isForm).map(({ fields }) => fields)
    const [keyword, query] = ['Keyword', 'Json Query'].map((name) => forms.find((form) => form[name] !== undefined)!)
    expect(await (await fetch(keyword!['URL']!)).text()).toContain(keyword!['Keyword'])
    const answer = (await (await fetch(query!['URL']!)).json()) as Record<string, unknown>
    expect(query!['Condition']).toBe('==')
    expect(answer[query!['Json Query']!.replace('$.', '')]).toBe(query!['Expected Value'])
  })
})

describe('with a token and a path in front', () => {
  test('every URL answers to the program that its snippet tells the token', async () => {
    const base = `${services.locked.url}/attic`
    const integrations = await integrationsOf(`${base}/integrations?token=${token}`)
    for (const integration of integrations) {
      const text = textsOf(integration).join('\n')
      expect(text).toContain('TOKEN')
      expect(text).not.toContain(token)
      const headers = headersOf(integration)
      for (const part of integration.parts) if (!isForm(part)) parsers[part.language](part.text)
      for (const url of urlsIn(text, base))
        await expectAnswer(url.replace('token=TOKEN', `token=${token}`), url.includes('token=') ? {} : headers)
    }
  })

  test('one camera of several, through a proxy that cuts the path and says so', async () => {
    const headers = { Authorization: `Bearer ${token}` }
    const base = 'https://cameras.example/garden/'
    const url = `${services.locked.url}/attic/cameras/synthetic/integrations?base=${encodeURIComponent(base)}`
    const integrations = await integrationsOf(url, headers)
    const homeAssistant = integrations.find(({ id }) => id === 'home-assistant')!
    expect(textsOf(homeAssistant)[0]).toBe('https://cameras.example/garden/cameras/synthetic/stream.mjpg')
    const prometheus = textsOf(integrations.find(({ id }) => id === 'prometheus')!)[0]
    expect(prometheus).toContain('scheme: https\n    metrics_path: /garden/metrics\n')
    expect(prometheus).toContain('targets: ["cameras.example"]')
  })

  test('only a URL is taken as the base', async () => {
    for (const base of ['javascript:alert(1)', 'attic', '']) {
      const response = await fetch(`${services.open.url}/integrations?base=${encodeURIComponent(base)}`)
      expect(response.status).toBe(400)
    }
  })
})

test('a browser gets the page', async () => {
  const response = await fetch(`${services.open.url}/integrations`, { headers: { Accept: 'text/html,*/*;q=0.8' } })
  expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  expect(response.headers.get('vary')).toContain('Accept')
})
