import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import type { ControlValue } from '../camera/controls.ts'
import { type CapturePatch, capturePatch, type CaptureSettings } from '../camera/options.ts'
import type { FrameSource } from '../camera/source.ts'
import { controlValues } from './control_values.ts'
import type { Log } from './log.ts'
import { readIfThere, writeWhole } from './state_file.ts'

/** What is in the file. A setting counts only as long as the configuration says what it said when that was changed. */
const stateSchema = z.object({
  version: z.literal(1),
  controls: controlValues,
  settings: z.record(z.string(), z.object({ configured: z.unknown(), now: z.unknown() })),
})
type State = z.output<typeof stateSchema>

const nothing: State = { version: 1, controls: {}, settings: {} }

/**
 * Remembers what was set over HTTP, and sets it again when the camera is there for the first time in the next run. From
 * one fault or sleep to the next, the source itself keeps what was set.
 */
export class CameraMemory {
  readonly #source: FrameSource
  readonly #folder: string | undefined
  readonly #log: Log
  /** As the camera was configured when the service started. */
  readonly #configured: CaptureSettings
  #state = nothing
  #restored = false
  /** One thing after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  /** @param folder where to remember beyond the end of the process; by default nowhere */
  constructor(source: FrameSource, folder: string | undefined, log: Log) {
    this.#source = source
    this.#folder = folder
    this.#log = log
    this.#configured = source.settings
    const restore = () => void (this.#restored || this.#inTurn(() => this.#restore()))
    // Not earlier: a camera that has never been seen has no id of its own yet.
    source.onState(({ status }) => status === 'live' && restore())
    if (source.state.status === 'live') restore()
  }

  /** @throws {MioError} what `setControls` throws */
  setControls(values: Readonly<Record<string, ControlValue>>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#source.setControls(values)
      await this.#save({ controls: { ...this.#state.controls, ...values } })
    })
  }

  /** @throws {MioError} what `resetControls` throws */
  resetControls(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#source.resetControls()
      await this.#save({ controls: {} })
    })
  }

  /** @throws {MioError} what `reconfigure` throws */
  reconfigure(patch: CapturePatch): Promise<void> {
    return this.#inTurn(async () => {
      await this.#source.reconfigure(patch)
      const changed = Object.entries(patch).map(([key, now]) => [key, { configured: this.#asConfigured(key), now }])
      await this.#save({ settings: { ...this.#state.settings, ...(Object.fromEntries(changed) as State['settings']) } })
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  #asConfigured(key: string): unknown {
    return this.#configured[key as keyof CaptureSettings] ?? null
  }

  get #path(): string | undefined {
    return this.#folder && join(this.#folder, `${this.#source.id.replaceAll(/[^\w-]/g, '_')}.json`)
  }

  async #save(change: Partial<State>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    if (!this.#path) return
    await writeWhole(this.#path, `${JSON.stringify(this.#state, null, 2)}\n`).catch((err: unknown) =>
      this.#log.warn({ err, file: this.#path }, 'what was set cannot be remembered'),
    )
  }

  async #restore(): Promise<void> {
    if (this.#restored) return
    this.#state = await this.#load()
    await this.#applySettings()
    await this.#applyControls()
    // One that was lost meanwhile gets it when it is there again.
    this.#restored = this.#source.state.status === 'live'
  }

  async #applySettings(): Promise<void> {
    const { settings } = this.#state
    const valid = Object.entries(settings).filter(([key, { configured }]) =>
      isDeepStrictEqual(configured, this.#asConfigured(key)),
    )
    // Whoever has changed the configuration since wants that.
    if (valid.length < Object.keys(settings).length) await this.#save({ settings: Object.fromEntries(valid) })
    const patch = capturePatch.safeParse(Object.fromEntries(valid.map(([key, { now }]) => [key, now])))
    if (valid.length === 0 || !patch.success) return
    await this.#source.reconfigure(patch.data).catch((error: unknown) => this.#refused('settings', patch.data, error))
  }

  async #load(): Promise<State> {
    const path = this.#path
    if (!path) return nothing
    try {
      const text = await readIfThere(path)
      return text === undefined ? nothing : stateSchema.parse(JSON.parse(text))
    } catch (err) {
      this.#log.warn({ err, file: path }, `what was remembered cannot be read; it is kept as ${path}.broken`)
      await rename(path, `${path}.broken`).catch(() => {})
      return nothing
    }
  }

  async #applyControls(): Promise<void> {
    const { controls } = this.#state
    if (Object.keys(controls).length === 0) return
    // Together, because some only count with others. If the camera does not take one any more, the others still count.
    await this.#source.setControls(controls).catch(async () => {
      for (const [name, value] of Object.entries(controls)) {
        await this.#source
          .setControls({ [name]: value })
          .catch((error: unknown) => this.#refused('control', { [name]: value }, error))
      }
    })
  }

  #refused(kind: string, values: object, err: unknown): void {
    this.#log.warn({ err, camera: this.#source.id, values }, `a remembered ${kind} is not taken by the camera`)
  }
}
