// The same service over JPEGs that lie ready in memory: the least that serving frames costs.
//
//   node memory_service.mjs FOLDER WIDTH HEIGHT FPS     prints {"url":…}
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const dist = new URL('../../dist/', import.meta.url)
const { Frame, Loan } = await import(new URL('camera/frame.js', dist).href)
const { createApp, serve } = await import(new URL('server/index.js', dist).href)

const [folder, ...numbers] = process.argv.slice(2)
const [width, height, fps] = numbers.map(Number)
const jpegs = readdirSync(folder).map((file) => readFileSync(join(folder, file)))
const listeners = new Set()
let timer
let sequence = 0

function emit() {
  const now = process.hrtime.bigint()
  const info = { width, height, sequence: sequence++, timestamp: Date.now(), monotonic: now }
  const frame = new Frame(new Loan(jpegs[sequence % jpegs.length], info, false, () => {}), false)
  for (const listener of listeners) listener(frame)
  frame.release()
}

const source = {
  id: 'memory',
  name: 'memory',
  backend: 'synthetic',
  state: { status: 'live', since: new Date() },
  mode: { width, height, fps, format: 'JPEG', stride: 0, bufferCount: 0, memory: 'memory', orientation: 1 },
  encoder: undefined,
  restarts: 0,
  subscribe(listener) {
    listeners.add(listener)
    timer ??= setInterval(emit, 1000 / fps)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  },
  onState: () => () => {},
  onEncoder: () => () => {},
}

const service = await serve(createApp({ sources: [source] }), { port: 0, bind: '127.0.0.1', drain: async () => {} })
console.log(JSON.stringify({ url: service.url }))
process.once('SIGTERM', () => process.exit(0))
