import { urlOf } from './api.js'
import { byId } from './dom.js'

const picture = byId('picture', HTMLImageElement)
/** The stream is gone, as far as the page can tell. */
let gone = true

export function streamIsGone(): void {
  gone = true
}

/** Opens the stream unless it runs; the number keeps the browser from reusing the old one. */
export function watch(): void {
  if (!gone) return
  gone = false
  picture.src = urlOf('stream.mjpg', { t: Date.now() })
}

/** No stream for a page that nobody sees: the camera need not encode for it. */
export function stopWatching(): void {
  gone = true
  picture.removeAttribute('src')
}

/** Keeps the place while there is no picture. */
export function sizeIs(width: number, height: number): void {
  picture.width = width
  picture.height = height
}

// Refused, for instance because there are too many viewers.
picture.addEventListener('error', streamIsGone)
