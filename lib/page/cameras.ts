import { ask, urlOf } from './api.js'
import { byId, make } from './dom.js'

interface Camera {
  id: string
  name: string
  status: string
  page: string
}

/** Milliseconds between two small pictures of each camera. */
const refresh = 10_000
/** The service's root, as seen from the page of one camera and from the first page. */
const root = /\/cameras\/[^/]+\/$/.test(location.pathname) ? '../../' : ''

/** An overview, where there are several cameras: a small picture of each that is live, and the way to its page. */
export async function showCameras(): Promise<void> {
  const cameras = await ask<Camera[]>(`${root}api/cameras`)
  byId('cameras').hidden = cameras.length < 2
  if (cameras.length < 2) return
  const tiles = cameras.map(({ id, name, page, status }, index) => {
    const small = make('img', { alt: '', width: 160, height: 90 })
    const tile = make('a', { href: urlOf(`${root}${page}`) }, small, make('span', { textContent: name }))
    // The first page is that of the first camera.
    const isShown = root === '' ? index === 0 : location.pathname.endsWith(`/${page}`)
    if (isShown) tile.setAttribute('aria-current', 'page')
    const look = () => {
      // A camera that sleeps is not woken for this.
      if (!document.hidden && status === 'live') {
        small.src = urlOf(`${root}cameras/${id}/snapshot.jpg`, { width: 320, max_age: refresh, t: Date.now() })
      }
    }
    look()
    setInterval(look, refresh)
    return make('li', {}, tile)
  })
  byId('camera-list').replaceChildren(...tiles)
}
