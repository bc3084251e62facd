import { ask } from './api.js'
import { byId, setText } from './dom.js'

/** Of `/api/settings`, what the page changes. */
interface Settings {
  width: number
  height: number
  fps: number
  quality: number
  rotation: number
  hflip: boolean
  vflip: boolean
}

const inputs = {
  size: byId('setting-size', HTMLSelectElement),
  fps: byId('setting-fps', HTMLInputElement),
  quality: byId('setting-quality', HTMLInputElement),
  rotation: byId('setting-rotation', HTMLSelectElement),
  hflip: byId('setting-hflip', HTMLInputElement),
  vflip: byId('setting-vflip', HTMLInputElement),
}

export function wireSettings(): void {
  const { size, fps, quality, rotation, hflip, vflip } = inputs
  const on = (input: HTMLElement, patch: () => object) => input.addEventListener('change', () => void change(patch()))
  on(size, () => {
    const [width, height] = size.value.split('x').map(Number)
    return { width, height }
  })
  on(fps, () => ({ fps: Number(fps.value) }))
  on(quality, () => ({ quality: Number(quality.value) }))
  on(rotation, () => ({ rotation: Number(rotation.value) }))
  on(hflip, () => ({ hflip: hflip.checked }))
  on(vflip, () => ({ vflip: vflip.checked }))
  quality.addEventListener('input', () => setText('quality-now', quality.value))
}

export async function showSettings(): Promise<void> {
  const { width, height, fps, quality, rotation, hflip, vflip } = await ask<Settings>('api/settings')
  const size = `${width}x${height}`
  const known = [...inputs.size.options].some((option) => option.value === size)
  if (!known) inputs.size.add(new Option(`${width} × ${height}`, size))
  inputs.size.value = size
  inputs.fps.value = String(fps)
  inputs.quality.value = String(quality)
  setText('quality-now', quality)
  inputs.rotation.value = String(rotation)
  inputs.hflip.checked = hflip
  inputs.vflip.checked = vflip
}

/** One change; the inputs then show what is in force, whatever came of it. */
async function change(patch: object): Promise<void> {
  setText('setting-notice', 'Changing …')
  try {
    await ask('api/settings', 'PATCH', patch)
    setText('setting-notice', '')
  } catch (error) {
    setText('setting-notice', (error as Error).message)
  }
  await showSettings()
}
