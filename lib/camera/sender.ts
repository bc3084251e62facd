import { type NativeSender, type NativeSenderOptions, optionalBinding } from './binding.ts'

/** Whether there is an addon, and with it a thread that sends. */
export function canSend(): boolean {
  return optionalBinding() !== undefined
}

/**
 * Starts a thread that sends frames to sockets, past JavaScript.
 * @returns undefined where there is no addon, or nothing left to start a thread with.
 */
export function openSender(
  options: NativeSenderOptions,
  onLeft: (id: number, why: 'ended' | 'disconnected' | 'timeout') => void,
): NativeSender | undefined {
  const addon = optionalBinding()
  try {
    return addon && new addon.Sender(options, onLeft)
  } catch {
    return undefined
  }
}
