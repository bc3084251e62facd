// What the lifecycle cases share. They run in processes of their own, from the built package.
import { readdirSync } from 'node:fs'
import { openCamera } from '../../../dist/index.js'

/** The camera that the case is run with. */
export const camera = process.env.CASE_CAMERA ?? 'synthetic'

export const open = (options = {}) => openCamera({ camera, width: 320, height: 240, ...options })

/** Resolves when `count` frames have come. */
export const frames = (source, count) =>
  new Promise((resolve) => {
    const stop = source.subscribe(() => {
      if (--count > 0) return
      stop()
      resolve()
    })
  })

export const descriptors = () => readdirSync('/proc/self/fd').length
export const threads = () => readdirSync('/proc/self/task').length
