import { networkInterfaces } from 'node:os'

/** The URL under which others reach what listens on `bind`, without a slash at the end. */
export function publicUrl(bind: string, port: number): string {
  const everywhere = bind === '0.0.0.0' || bind === '::'
  const host = everywhere ? (lanAddress() ?? 'localhost') : bind
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function lanAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}
