import { urlOf } from './api.js'
import { showCameras } from './cameras.js'
import { showControls, wireControls } from './controls.js'
import { copyOnClick } from './copy.js'
import { byId, setText } from './dom.js'
import { offerFocus, wireFocus } from './focus.js'
import { sizeIs, stopWatching, streamIsGone, watch } from './picture.js'
import { showSettings, wireSettings } from './settings.js'
import { type Status, StatusFeed } from './status.js'

const words = { starting: 'Starting', live: 'Live', waiting: 'No signal', idle: 'Asleep', closed: 'Stopped' }

/** Which run of the service, and which state of the camera, the page shows. */
let shown = ''

const feed = new StatusFeed(show, () => {
  streamIsGone()
  setState('unreachable', 'Not reachable')
  setNotice('The service does not answer. This page goes on by itself when it is back.')
})

function show(status: Status, slept: boolean): void {
  const now = `${status.startedAt} ${status.status}`
  const isNewRun = shown !== '' && !shown.startsWith(status.startedAt)
  if (isNewRun || slept) streamIsGone()
  watch()
  // A camera that comes back may have other controls.
  if (shown !== now && status.status === 'live') void showWhatCanBeSet()
  shown = now

  setState(status.status, words[status.status])
  // The first viewer wakes a camera that sleeps: nothing is wrong.
  const isWell = status.status === 'live' || status.status === 'idle'
  setNotice(isWell ? '' : [status.reason, status.code && `(${status.code})`].filter(Boolean).join(' '))
  setText('camera', status.camera)
  setText('fps', status.fps.toFixed(1))
  setText('latency', status.latencySeconds === null ? '–' : `${Math.round(status.latencySeconds * 1000)} ms`)
  setText('size', status.width ? `${status.width} × ${status.height}` : '–')
  setText('viewers', status.clients)
  setText('restarts', status.restarts)
  byId('temperature-fact').hidden = status.temperatureCelsius === null
  setText('temperature', `${status.temperatureCelsius?.toFixed(0)} °C`)
  setText('encoder', status.encoder ? `${status.encoder}: ${status.encoderReason}` : '–')
  setText('version', status.version)
  if (status.width && status.height) sizeIs(status.width, status.height)
}

async function showWhatCanBeSet(): Promise<void> {
  const [controls] = await Promise.all([showControls(), showSettings(), showCameras()])
  offerFocus(controls)
}

function setState(status: string, text: string): void {
  byId('state').dataset['status'] = status
  setText('state', text)
}

function setNotice(text: string): void {
  byId('notice').hidden = text === ''
  setText('notice', text)
}

for (const [id, name] of [
  ['stream-url', 'stream.mjpg'],
  ['snapshot-url', 'snapshot.jpg'],
] as const) {
  byId(id, HTMLInputElement).value = urlOf(name)
}
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
  copyOnClick(button, () => byId(button.dataset['copy'] ?? '', HTMLInputElement).value)
}
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-keep-token]'))
  link.href = urlOf(link.getAttribute('href')!)

byId('fullscreen').hidden = !document.fullscreenEnabled
byId('fullscreen').addEventListener('click', () => void byId('stage').requestFullscreen())

document.addEventListener('visibilitychange', () => {
  if (document.hidden) {
    stopWatching()
    feed.close()
  } else feed.open()
})

wireControls()
wireSettings()
wireFocus()
watch()
feed.open()
