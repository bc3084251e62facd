import { copyOnClick } from './copy.js'

/** Of `/api/status`, what the page shows. */
interface Status {
  status: 'starting' | 'live' | 'waiting' | 'idle' | 'closed'
  code: string | null
  reason: string | null
  fps: number
  clients: number
  camera: string
  encoder: string | null
  encoderReason: string | null
  width: number | null
  height: number | null
  restarts: number
  version: string
  startedAt: string
}

const pollInterval = 2000
/** Polls further apart than this mean that the computer slept, and its stream has been dropped. */
const sleptFor = 10_000

const words = { starting: 'Starting', live: 'Live', waiting: 'No signal', idle: 'Asleep', closed: 'Stopped' }

const picture = byId('picture') as HTMLImageElement
const stage = byId('stage')

/** Which run of the service the stream belongs to. */
let startedAt: string | undefined
/** The stream is gone, as far as the page can tell: open it anew as soon as the service answers. */
let gone = false
let lastPoll = Date.now()

function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`no element ${id}`)
  return element
}

function inputOf(id: string): HTMLInputElement {
  return byId(id) as HTMLInputElement
}

function setText(id: string, text: string | number): void {
  byId(id).textContent = String(text)
}

/** All URLs are relative to the page, so that it works below any path; a token in the page's URL goes into each. */
function urlOf(name: string): string {
  const url = new URL(name, location.href)
  const token = new URLSearchParams(location.search).get('token')
  if (token) url.searchParams.set('token', token)
  return url.href
}

/** Opens the stream anew; the number keeps the browser from reusing the old one. */
function connect(): void {
  gone = false
  picture.src = urlOf(`stream.mjpg?t=${Date.now()}`)
}

async function poll(): Promise<void> {
  if (Date.now() - lastPoll > sleptFor) gone = true
  lastPoll = Date.now()
  try {
    const response = await fetch(urlOf('api/status'), { cache: 'no-store' })
    if (!response.ok) throw new Error(`status ${response.status}`)
    show((await response.json()) as Status)
  } catch {
    gone = true
    setState('unreachable', 'Not reachable')
    setNotice('The service does not answer. This page goes on by itself when it is back.')
  }
}

function show(status: Status): void {
  if (gone || (startedAt && startedAt !== status.startedAt)) connect()
  startedAt = status.startedAt
  setState(status.status, words[status.status])
  setNotice(
    status.status === 'live' ? '' : [status.reason, status.code && `(${status.code})`].filter(Boolean).join(' '),
  )
  setText('camera', status.camera)
  setText('fps', status.fps.toFixed(1))
  setText('size', status.width ? `${status.width} × ${status.height}` : '–')
  setText('viewers', status.clients)
  setText('restarts', status.restarts)
  setText('encoder', status.encoder ? `${status.encoder}: ${status.encoderReason}` : '–')
  setText('version', status.version)
  if (status.width && status.height) {
    picture.width = status.width
    picture.height = status.height
  }
}

function setState(status: string, text: string): void {
  byId('state').dataset['status'] = status
  setText('state', text)
}

function setNotice(text: string): void {
  const notice = byId('notice')
  notice.hidden = text === ''
  if (notice.textContent !== text) notice.textContent = text
}

for (const [id, name] of [
  ['stream-url', 'stream.mjpg'],
  ['snapshot-url', 'snapshot.jpg'],
] as const) {
  inputOf(id).value = urlOf(name)
}

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
  copyOnClick(button, () => inputOf(button.dataset['copy'] ?? '').value)
}

byId('fullscreen').hidden = !document.fullscreenEnabled
byId('fullscreen').addEventListener('click', () => void stage.requestFullscreen())

// No stream for a page that nobody sees: the camera need not encode for it.
document.addEventListener('visibilitychange', () => {
  gone = true
  if (document.hidden) picture.removeAttribute('src')
  else void poll()
})
// Refused, for instance because there are too many viewers.
picture.addEventListener('error', () => (gone = true))

;(byId('save') as HTMLAnchorElement).href = urlOf('snapshot.jpg')
;(byId('integrations') as HTMLAnchorElement).href = urlOf('integrations')
connect()
void poll()
setInterval(() => document.hidden || void poll(), pollInterval)
