import type { NativeCamera, NativeControl } from './binding.ts'
import {
  checkControls,
  defaultsOf,
  describeControl,
  withoutNames,
  type Control,
  type ControlValue,
} from './controls.ts'
import { fromNative } from './errors.ts'

/** The controls of one opened camera, and what was set of them. */
export class ControlPanel {
  readonly #native: Pick<NativeCamera, 'controls' | 'setControls' | 'metadata'>
  /** The last known: the addon tells nothing while the camera is being changed, or once it is closed. */
  #known: NativeControl[] = []
  #metadata: Record<string, unknown> = {}
  #set: Readonly<Record<string, ControlValue>> = {}

  constructor(native: Pick<NativeCamera, 'controls' | 'setControls' | 'metadata'>) {
    this.#native = native
  }

  get natives(): readonly NativeControl[] {
    const now = this.#native.controls()
    if (now.length > 0) this.#known = now
    return this.#known
  }

  /** What the newest picture's metadata tells, by name. */
  get metadata(): Readonly<Record<string, unknown>> {
    const now = this.#native.metadata()
    if (Object.keys(now).length > 0) this.#metadata = now
    return this.#metadata
  }

  describe(): Record<string, Control> {
    const reported = this.metadata as Readonly<Record<string, ControlValue>>
    return Object.fromEntries(
      this.natives.map((native) => [
        native.name,
        describeControl(native, reported[native.name] ?? this.#set[native.name]),
      ]),
    )
  }

  /** @throws {MioError} `ERR_UNKNOWN_CONTROL`, `ERR_INVALID_OPTION` */
  async set(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    const settings = checkControls(this.natives, values)
    try {
      await this.#native.setControls(settings)
    } catch (error) {
      throw fromNative(error, 'set controls')
    }
    this.#set = { ...this.#set, ...withoutNames(this.natives, values) }
  }

  /** Together, because some only count with others; if the camera does not take one, the others still count. */
  async setThoseThatFit(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    try {
      await this.set(values)
    } catch {
      for (const [name, value] of Object.entries(values)) {
        // Refused: of another camera than the one that it was set of.
        await this.set({ [name]: value }).catch(() => {})
      }
    }
  }

  /** Sets what was set back to the defaults. */
  async reset(): Promise<void> {
    await this.set(defaultsOf(this.natives, Object.keys(this.#set)))
    this.#set = {}
  }
}
