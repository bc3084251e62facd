import { binding, type NativeCameraWatch } from './binding.ts'

/** Tells when cameras of libcamera come or go, from `start` to `stop`; libcamera is kept running meanwhile. */
export class HotPlug {
  readonly #onChange: () => void
  #watch: NativeCameraWatch | undefined

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Without libcamera there is nothing to watch, and nothing happens. */
  async start(): Promise<void> {
    if (this.#watch) return
    this.#watch = new (binding().CameraWatch)(this.#onChange)
    await this.#watch.start().catch(() => {})
  }

  async stop(): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    await watch?.stop()
  }
}
