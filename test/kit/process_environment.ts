import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { libcameraFolder } from './libcamera.mjs'

const kit = resolve(import.meta.dirname, '../../build/kit')

/** The stand-in devices, preloaded. See test/kit/shims for what each can do. */
export const shims = {
  m2m: `${kit}/m2m_shim.so`,
  dmabuf: `${kit}/dmabuf_shim.so`,
  uvc: `${kit}/uvc_shim.so`,
} as const

/**
 * What a process must be started with to see the stand-in devices and the libcamera for the tests. Every test
 * file is; a child that it spawns inherits it.
 */
export function processEnvironment(): Record<string, string> {
  const preload = Object.values(shims)
  if (!preload.every((file) => existsSync(file))) throw new Error('The test kit is not built yet: run `npm test` once')
  const folder = libcameraFolder()
  return {
    LD_PRELOAD: preload.join(':'),
    ...(folder === undefined ? {} : { LD_LIBRARY_PATH: folder }),
    // A camera of the tests has a clock, like a sensor; without it libcamera's virtual camera spins.
    LCSHIM_FPS: '30',
  }
}

/** This process's environment without the stand-ins: for a browser or another program that brings its own libraries. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { LD_PRELOAD, LD_LIBRARY_PATH, ...rest } = process.env
  return rest
}
