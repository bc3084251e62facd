// What the benchmarks start is ended, come what may.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { end } from './process.mjs'
import { start } from './service.mjs'

const node = (script: string) => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })

test('a program that has ended by itself is not waited for', async () => {
  const child = node('process.exit(3)')
  await once(child, 'exit')
  await end(child)
  expect(child.exitCode).toBe(3)
})

test('nor is one that was killed', async () => {
  const child = node('setInterval(() => {}, 1000)')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await end(child)
  expect(child.signalCode).toBe('SIGKILL')
})

test('one that runs is told to end', async () => {
  const child = node('setInterval(() => {}, 1000)')
  await end(child)
  expect(child.signalCode).toBe('SIGTERM')
})

test('one that does not listen is killed', async () => {
  const child = node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready")')
  await once(child.stdout, 'data')
  await end(child, { patience: 50 })
  expect(child.signalCode).toBe('SIGKILL')
})

test('a server that has died meanwhile is stopped all the same', async () => {
  const server = await start(['-e', 'console.log(JSON.stringify({ url: "http://127.0.0.1:1/" }))'])
  await server.ended
  await server.stop()
})
