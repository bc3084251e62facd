import { isIP } from 'node:net'

/** Names of networks that Express's `trust proxy` knows. */
const networks = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** Whether Express takes it for `trust proxy`: an address, a network as `address/bits`, or the name of one. */
export function isProxy(text: string): boolean {
  if (networks.has(text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
  )
}
