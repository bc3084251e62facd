// What is compared: this project with either delivery, fed from memory as the floor is; the same behind libcamera and
// a webcam; the floor; and what Debian has of its kind. Each serves the same ready JPEGs at the same rate, untouched.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { libcameraFolder } from '../kit/libcamera.mjs'
import { build, program, root } from './native.mjs'
import { pictures } from './pictures.mjs'
import { end } from './process.mjs'
import { start, startService } from './service.mjs'
import { ustreamerCommand } from './ustreamer.mjs'

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {number} pid
 * @property {string} port On the loopback interface.
 * @property {string} stream Path of the stream.
 * @property {string} snapshot Path of a picture.
 * @property {() => Promise<void>} stop
 */

const ours = { stream: '/stream.mjpg', snapshot: '/snapshot.jpg?max_age=1000' }
const portOf = ({ url }) => new URL(url).port

/**
 * Launches a service over a webcam of the test kit.
 * @param {string} shown The folder of its pictures.
 * @param {(env: Record<string, string>) => ReturnType<typeof startService>} launch
 */
export async function startWebcamService(shown, launch) {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  symlinkSync(shown, join(folder, 'cam0'))
  const preload = `${root}/build/kit/uvc_shim.so`
  const service = await launch({
    UVCSHIM_DIR: folder,
    LD_PRELOAD: preload,
    LD_LIBRARY_PATH: libcameraFolder() ?? '',
  })
  return {
    ...service,
    async stop() {
      await service.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/**
 * Launches a service over the backend of memory_backend.c in libcamera's place. The addon looks for backends beside
 * itself, so it is copied: what lies beside it is not taken.
 */
async function startMemoryService(size, launch) {
  const folder = mkdtempSync(join(tmpdir(), 'mio-bench-'))
  const beside = join(folder, 'build/Release')
  mkdirSync(beside, { recursive: true })
  copyFileSync(`${root}/build/Release/motioninocean.node`, join(beside, 'motioninocean.node'))
  symlinkSync(build('memory_backend.so'), join(beside, 'libcamera-0.0.so'))
  const service = await launch({
    MOTIONINOCEAN_PREBUILD: folder,
    MEMORY_CAMERA_FOLDER: pictures(size),
    MEMORY_CAMERA_SIZE: `${size.width}x${size.height}`,
  })
  return {
    ...service,
    async stop() {
      await service.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

async function named(name, starting) {
  const service = await starting
  const { encoder } = await service.status()
  if (encoder !== 'passthrough') throw new Error(`${name}: the camera's JPEGs are not passed through, but ${encoder}`)
  return { name, pid: service.pid, port: portOf(service), ...ours, stop: () => service.stop() }
}

/** More than the usual hundred may watch. */
const unlimited = (size) => (env) => startService(size, { ...env, MIO_MAX_CLIENTS: '0' }, '0')

const native = (size) => named('native', startMemoryService(size, unlimited(size)))
/** The whole of it: libcamera takes each frame from a webcam. */
const behindLibcamera = (size) => named('libcamera', startWebcamService(pictures(size), unlimited(size)))

function javascript(size) {
  const main = fileURLToPath(new URL('camera_service.mjs', import.meta.url))
  const args = [main, 'javascript', ...[size.width, size.height, size.fps].map(String)]
  return named(
    'javascript',
    startMemoryService(size, (env) => start(args, env)),
  )
}

async function floor(size) {
  const service = await start([pictures(size), String(size.fps)], {}, build('floor'))
  return { name: 'floor', pid: service.pid, port: portOf(service), ...ours, stop: () => service.stop() }
}

async function ustreamer(size) {
  const [command, ...linking] = ustreamerCommand(build('v4l2_camera.so')) ?? []
  if (!command) return undefined
  const port = await freePort()
  const env = {
    V4L2_CAMERA_FOLDER: pictures(size),
    V4L2_CAMERA_SIZE: `${size.width}x${size.height}`,
    V4L2_CAMERA_FPS: `${size.fps}`,
  }
  const format = ['--device', '/dev/video0', '--format', 'MJPEG', '--encoder', 'HW', '--tcp-nodelay']
  const picture = ['--resolution', `${size.width}x${size.height}`, '--desired-fps', `${size.fps}`]
  const where = ['--host', '127.0.0.1', '--port', port, '--log-level', '0']
  const child = spawn(command, [...linking, ...format, ...picture, ...where], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  })
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`ustreamer ended with ${child.exitCode}`)
    await delay(20)
  }
  return {
    name: 'ustreamer',
    pid: child.pid,
    port,
    stream: '/stream',
    snapshot: '/snapshot',
    stop: () => end(child),
  }
}

/**
 * Calls `measure` with all servers running, and a client that puts viewers on one of them (test/bench/load) and
 * tells what they saw.
 * @param {import('./main.mjs').Plan} plan
 * @param {(servers: Server[], load: (server: Server, options: object) => Promise<any>) => Promise<any>} measure
 */
export async function withServers({ size }, measure) {
  const viewers = program('mjpeg_load')
  const servers = []
  try {
    for (const launch of [floor, native, javascript, behindLibcamera, ustreamer]) {
      const server = await launch(size)
      if (server) servers.push(server)
    }
    const load = async ({ name, port, pid, stream, snapshot }, { snapshots, ...options }) => {
      const where = { port, pid, fps: size.fps, path: snapshots ? snapshot : stream }
      const args = Object.entries({ ...where, ...options }).flatMap(([option, value]) => [`--${option}`, value])
      const result = await viewers(...args, ...(snapshots ? ['--snapshots'] : []))
      if (result.gone > 0 && name !== 'ustreamer') throw new Error(`${name} lost ${result.gone} viewers`)
      return result
    }
    return await measure(servers, load)
  } finally {
    for (const server of servers) await server.stop()
  }
}

/** A port that nobody has, for a program that takes none by itself. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return `${port}`
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
