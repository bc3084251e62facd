import type { Machine } from './machine.ts'

/** A source of memory that devices share without copying. */
export interface Heap {
  /** E.g. `/dev/dma_heap/linux,cma`. */
  readonly path: string
  /** What opening it gave; undefined when it went well. */
  readonly error: string | undefined
}

/**
 * In the order in which libcamera tries them; a `cma=` on the kernel's command line renames `linux,cma` to
 * `reserved`. https://git.libcamera.org/libcamera/libcamera.git/tree/src/libcamera/dma_buf_allocator.cpp
 */
const tried = ['/dev/dma_heap/linux,cma', '/dev/dma_heap/reserved', '/dev/dma_heap/system', '/dev/udmabuf']

/** The heaps of which libcamera needs one, as far as they are there or the kernel says that they should be. */
export function heapsOf(machine: Machine): Heap[] {
  return tried
    .map((path) => ({ path, error: machine.open(path) }))
    .filter(({ path, error }) => error !== 'ENOENT' || machine.exists(path.replace('/dev/', '/sys/class/')))
}

export interface CmaMemory {
  /** Bytes. */
  readonly total: number
  /** Bytes. */
  readonly free: number
}

/** Contiguous memory, from which the Pi's camera and ISP get their buffers; undefined where the kernel has none. */
export function cmaOf(machine: Machine): CmaMemory | undefined {
  const text = machine.read('/proc/meminfo') ?? ''
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024
  const total = bytes('CmaTotal')
  return total > 0 ? { total, free: bytes('CmaFree') } : undefined
}
