import { ask } from './api.js'
import { byId, make, setText } from './dom.js'

/** Of `/api/controls`, what the page shows. */
export interface Control {
  name: string
  type: string
  isArray: boolean
  min?: unknown
  max?: unknown
  default?: unknown
  value?: unknown
  enumerators?: Record<string, number>
}

type Controls = Record<string, Control>

/** Ranges beyond this are no good on a slider. */
const widestSlider = 1_000_000

/** Builds an input for each control that is one number, one choice or a switch. */
export async function showControls(): Promise<Controls> {
  const controls = await ask<Controls>('api/controls')
  const rows = Object.values(controls).flatMap((control) => rowOf(control) ?? [])
  byId('control-list').replaceChildren(...rows)
  byId('controls').hidden = rows.length === 0
  return controls
}

export function wireControls(): void {
  byId('reset').addEventListener('click', () => void attempt(() => ask<Controls>('api/controls/reset', 'POST', {})))
}

function rowOf(control: Control): HTMLElement | undefined {
  const { name, isArray } = control
  const input = isArray ? undefined : inputOf(control)
  if (!input) return undefined
  input.id = `control-${name}`
  const output = make('output')
  output.htmlFor.add(input.id)
  const label = make('label', { htmlFor: input.id, textContent: words(name) })
  show(input, output, control)
  input.addEventListener('input', () => (output.value = input.type === 'range' ? input.value : ''))
  input.addEventListener(
    'change',
    () => void attempt(() => ask<Controls>('api/controls', 'PATCH', { [name]: read(input) })),
  )
  return make('div', { className: 'control' }, label, output, input)
}

function inputOf({ type, min, max, enumerators }: Control): HTMLInputElement | HTMLSelectElement | undefined {
  if (enumerators) {
    const names = Object.keys(enumerators)
    return make('select', {}, ...names.map((one) => make('option', { value: one, textContent: words(one) })))
  }
  if (type === 'boolean') return make('input', { type: 'checkbox' })
  if (type !== 'integer' && type !== 'float') return undefined
  if (typeof min !== 'number' || typeof max !== 'number') return undefined
  const step = type === 'integer' ? '1' : 'any'
  const kind = max - min <= widestSlider ? 'range' : 'number'
  return make('input', {
    type: kind,
    min: String(min),
    max: String(max),
    step: kind === 'range' ? stepOf(type, min, max) : step,
  })
}

/** Two hundred places on a slider are enough for a finger. */
function stepOf(type: string, min: number, max: number): string {
  const step = (max - min) / 200
  return String(type === 'integer' ? Math.max(1, Math.round(step)) : step)
}

function show(input: HTMLInputElement | HTMLSelectElement, output: HTMLOutputElement, control: Control): void {
  const { enumerators, value = control.default } = control
  if (input instanceof HTMLInputElement && input.type === 'checkbox') {
    input.checked = value === true
    return
  }
  const name = enumerators && Object.keys(enumerators).find((key) => key === value || enumerators[key] === value)
  input.value = name ?? (typeof value === 'number' ? String(value) : '')
  if (input.type === 'range') output.value = typeof value === 'number' ? String(Number(value.toFixed(3))) : '–'
}

function read(input: HTMLInputElement | HTMLSelectElement): unknown {
  if (input instanceof HTMLSelectElement) return input.value
  return input.type === 'checkbox' ? input.checked : Number(input.value)
}

/** Changes something and shows what is in force now, whatever came of it. */
async function attempt(change: () => Promise<unknown>): Promise<void> {
  try {
    await change()
    setText('control-notice', '')
  } catch (error) {
    setText('control-notice', (error as Error).message)
  }
  const now = await ask<Controls>('api/controls').catch(() => undefined)
  for (const control of Object.values(now ?? {})) {
    const input = document.getElementById(`control-${control.name}`) as HTMLInputElement | null
    if (input) show(input, input.previousElementSibling as HTMLOutputElement, control)
  }
}

/** `AeExposureMode` → `Ae exposure mode` */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`)
}
