// What a process costs, by the scheduler's own account.
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'

/** Threads of the stand-ins for an encoder and a webcam: what they do is done by hardware elsewhere. */
const deviceThread = /^(m2m-device|uvcshim-)/

/** CPU time of all threads of a process so far, in milliseconds (nanosecond resolution, unlike /proc/PID/stat). */
export function cpuOf(pid) {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      if (deviceThread.test(readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8'))) continue
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return nanoseconds / 1e6
}

/** Resident memory in MiB. */
export function rssOf(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

/** The value below which a share `p` of the values lies. */
export const percentile = (values, p) => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
}

/** The median of ratios, and each of them. */
export const listed = (ratios) => `${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`

/**
 * Sees to it that a child process has ended: also when it has done so by itself, and when it does not listen.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ tell?: () => void, patience?: number }} [options] How it is told to end; milliseconds until it is killed.
 */
export async function end(child, { tell = () => child.kill('SIGTERM'), patience = 15_000 } = {}) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  tell()
  const late = setTimeout(() => child.kill('SIGKILL'), patience)
  await ended
  clearTimeout(late)
}
