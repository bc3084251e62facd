import { ask } from './api.js'
import type { Control } from './controls.js'
import { byId, setText } from './dom.js'

const picture = byId('picture', HTMLImageElement)
const button = byId('focus', HTMLButtonElement)
let canPoint = false

/** Offers what the camera's lens can do: a lens that is fixed offers nothing. */
export function offerFocus(controls: Readonly<Record<string, Control>>): void {
  canPoint = 'AfWindows' in controls
  button.hidden = !('AfTrigger' in controls || 'AfMode' in controls)
  picture.classList.toggle('focusable', canPoint)
  picture.title = canPoint ? 'Click to focus there' : ''
}

export function wireFocus(): void {
  button.addEventListener('click', () => void focus({}))
  picture.addEventListener('click', (event) => {
    if (!canPoint) return
    const { left, top, width, height } = drawn()
    const x = (event.clientX - left) / width
    const y = (event.clientY - top) / height
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) void focus({ x, y })
  })
}

/** Where the picture itself is: it may be letter-boxed in its element. */
function drawn(): { left: number; top: number; width: number; height: number } {
  const box = picture.getBoundingClientRect()
  const scale = Math.min(box.width / picture.naturalWidth, box.height / picture.naturalHeight)
  const width = picture.naturalWidth * scale
  const height = picture.naturalHeight * scale
  return { left: box.left + (box.width - width) / 2, top: box.top + (box.height - height) / 2, width, height }
}

async function focus(point: object): Promise<void> {
  try {
    await ask('api/focus', 'POST', point)
    setText('control-notice', '')
  } catch (error) {
    setText('control-notice', (error as Error).message)
  }
}
