import type { Socket } from 'node:net'
import { optionalBinding } from './binding.ts'

/** The socket's descriptor; undefined where it has none (a stand-in, another kind of stream) or is closed. */
export function descriptorOf(socket: Socket): number | undefined {
  // Not documented, but there for as long as there has been libuv. -1 after close.
  const fd = (socket as { _handle?: { fd?: unknown } | null })._handle?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

/**
 * Sends what is written without delay (TCP_NODELAY), and lets the kernel keep about `bytes` that are not sent
 * yet (TCP_NOTSENT_LOWAT), which Node cannot. Without the addon or a descriptor, only the former.
 * @returns whether both are set
 */
export function limitBacklog(socket: Socket, bytes: number): boolean {
  const fd = descriptorOf(socket)
  if (fd !== undefined && optionalBinding()?.limitBacklog(fd, bytes)) return true
  socket.setNoDelay(true)
  return false
}
