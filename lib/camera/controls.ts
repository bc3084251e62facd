import type { NativeControl, NativeControlSetting } from './binding.ts'
import { MioError } from './errors.ts'
import type { Point, Rectangle, Size } from './geometry.ts'

type Single = boolean | number | string | Rectangle | Size | Point
/** A control's value. Where a control has enumerators, their names are taken as well as their numbers. */
export type ControlValue = Single | Single[]

/** A control as the camera describes it. */
export interface Control {
  readonly name: string
  /** `libcamera`, `draft`, `rpi`, … */
  readonly vendor: string
  readonly type: 'boolean' | 'integer' | 'float' | 'string' | 'rectangle' | 'size' | 'point' | 'unknown'
  readonly isArray: boolean
  /** Elements of an array, where that is fixed. */
  readonly size?: number
  readonly min?: ControlValue
  readonly max?: ControlValue
  readonly default?: ControlValue
  /**
   * What is in force: as the camera reported it with its last picture, else what was set, else the default.
   * Undefined where none of these is known.
   */
  readonly value?: ControlValue
  /** Names and numbers that the camera offers. */
  readonly enumerators?: Readonly<Record<string, number>>
}

/** What JavaScript shows of a native description, with what is in force. */
export function describeControl(native: NativeControl, value = native.default as ControlValue | undefined): Control {
  const { name, vendor, type, isArray } = native
  const optional = (key: 'size' | 'min' | 'max' | 'default' | 'enumerators') =>
    native[key] === undefined ? {} : { [key]: native[key] }
  return {
    name,
    vendor,
    type,
    isArray,
    ...optional('size'),
    ...optional('min'),
    ...optional('max'),
    ...optional('default'),
    ...optional('enumerators'),
    ...(value === undefined ? {} : { value }),
  }
}

/** Values with the numbers of enumerators in place of their names, as the camera reports them. */
export function withoutNames(
  natives: readonly NativeControl[],
  values: Readonly<Record<string, ControlValue>>,
): Record<string, ControlValue> {
  const number = (name: string, value: ControlValue): ControlValue => {
    const known = natives.find((native) => native.name === name)?.enumerators
    return (typeof value === 'string' ? known?.[value] : undefined) ?? value
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, number(name, value)]))
}

/** What brings back the camera's own choice when one of these, which have no such default, was set by hand. */
const automatic: Readonly<Record<string, string>> = {
  ExposureTime: 'AeEnable',
  AnalogueGain: 'AeEnable',
  ColourGains: 'AwbEnable',
  ColourTemperature: 'AwbEnable',
}

/** The values that undo what was set: the defaults of those controls, as far as they have any. */
export function defaultsOf(natives: readonly NativeControl[], set: readonly string[]): Record<string, ControlValue> {
  const names = new Set(set.flatMap((name) => [name, automatic[name] ?? name]))
  const settable = natives.filter(
    (native) => names.has(native.name) && native.default !== undefined && native.type !== 'string',
  )
  return Object.fromEntries(settable.map((native) => [native.name, native.default as ControlValue]))
}

const members: Partial<Record<Control['type'], readonly string[]>> = {
  rectangle: ['x', 'y', 'width', 'height'],
  size: ['width', 'height'],
  point: ['x', 'y'],
}

/**
 * Checks values against the camera's own descriptions.
 * @returns what the addon takes; nothing has been set yet
 * @throws {MioError} `ERR_UNKNOWN_CONTROL`, `ERR_INVALID_OPTION` naming the control, the value and what is allowed
 */
export function checkControls(
  natives: readonly NativeControl[],
  values: Readonly<Record<string, ControlValue>>,
): NativeControlSetting[] {
  return Object.entries(values).map(([name, value]) => {
    const control = natives.find((native) => native.name === name)
    if (!control) {
      const names = natives.map((native) => native.name).join(', ')
      throw new MioError('ERR_UNKNOWN_CONTROL', {
        asked: `set control ${name}`,
        found: `this camera has ${names || 'no controls'}`,
      })
    }
    return { id: control.id, type: control.type, isArray: control.isArray, numbers: flatten(control, value) }
  })
}

function flatten(control: NativeControl, value: ControlValue): number[] {
  if (control.type === 'string' || control.type === 'unknown') throw refuse(control, value, 'it cannot be set')
  if (!control.isArray) return element(control, value as Single)
  if (!Array.isArray(value)) throw refuse(control, value, 'expected an array')
  if (control.size !== undefined && value.length !== control.size) {
    throw refuse(control, value, `expected an array of ${control.size}`)
  }
  return value.flatMap((one) => element(control, one))
}

function element(control: NativeControl, value: Single): number[] {
  const names = members[control.type]
  if (names) {
    const object = value as unknown as Record<string, unknown> | null
    const numbers = names.map((name) => (typeof object === 'object' ? object?.[name] : undefined))
    if (!numbers.every(Number.isInteger)) throw refuse(control, value, `expected { ${names.join(', ')} } of integers`)
    return numbers as number[]
  }
  if (control.type === 'boolean') {
    if (typeof value !== 'boolean') throw refuse(control, value, 'expected true or false')
    return [Number(value)]
  }
  return [numberFor(control, value)]
}

function numberFor(control: NativeControl, value: Single): number {
  const { enumerators, type, min, max } = control
  if (enumerators) {
    const number = typeof value === 'string' ? enumerators[value] : value
    if (typeof number === 'number' && Object.values(enumerators).includes(number)) return number
    throw refuse(control, value, `expected one of ${Object.keys(enumerators).join(', ')}`)
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse(control, value, 'expected a number')
  if (type === 'integer' && !Number.isInteger(value)) throw refuse(control, value, 'expected an integer')
  const tooLow = typeof min === 'number' && value < min
  const tooHigh = typeof max === 'number' && value > max
  if (tooLow || tooHigh) throw refuse(control, value, `expected ${String(min)} to ${String(max)}`)
  return value
}

function refuse(control: NativeControl, value: unknown, expected: string): MioError {
  return new MioError('ERR_INVALID_OPTION', {
    asked: `set control ${control.name} to ${JSON.stringify(value)}`,
    found: expected,
    remedy: 'camera.controls tells the type and range of each control',
  })
}
