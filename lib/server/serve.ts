import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { MioError } from '../camera/errors.ts'
import { ExpressMessages } from './express_messages.ts'
import { type Log, silent } from './log.ts'

/** Where `serve` listens. */
export interface ServeOptions {
  /** 0 takes any free port. */
  port: number
  /** Address to listen on, e.g. `0.0.0.0` or `127.0.0.1`. */
  bind: string
  /** Ends what would otherwise stay open for ever: the viewers' streams. */
  drain: () => Promise<unknown>
  /** Milliseconds for a request's headers, for the whole request, and for a connection between two. */
  patience?: { headers: number; request: number; idle: number }
  log?: Log
  /** @internal Those of an application that is not there yet. */
  messages?: ExpressMessages
}

/** Idle connections are kept longer than nginx keeps its own to us (60 s), or it would now and then find one closed. */
const usual = { headers: 10_000, request: 30_000, idle: 65_000 }

/** A service that listens. */
export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:8000/`. */
  readonly url: string
  readonly port: number
  /** How many clients are connected. */
  connections(): Promise<number>
  /**
   * Takes no more connections, ends the streams, lets answers finish, and cuts what is left.
   * @param grace milliseconds until the cut. Default 3000.
   */
  close(grace?: number): Promise<void>
}

/**
 * Listens.
 * @throws {MioError} `ERR_PORT_IN_USE`, `ERR_LISTEN`
 */
export async function serve(app: RequestListener, options: ServeOptions): Promise<Service> {
  const { port, bind, drain, patience = usual, log = silent, messages = new ExpressMessages() } = options
  messages.adopt(app)
  const server = createServer(
    {
      ...messages,
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      keepAliveTimeout: patience.idle,
      connectionsCheckingInterval: patience.headers / 5,
      // Finds clients that are gone without a word.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    app,
  )
  // As many may wait to be accepted as the kernel allows by default, for a hall of dashboards that reload at once.
  server.listen({ port, host: bind, backlog: 511 })
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenError(error, bind, port)
  })
  // For instance no descriptor left for another connection: not a reason to end.
  server.on('error', (err) => log.error({ err }, 'a connection could not be accepted'))
  const address = server.address() as AddressInfo
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address

  return {
    url: `http://${host}:${address.port}/`,
    port: address.port,
    connections: promisify(server.getConnections.bind(server)),
    async close(grace = 3000) {
      const closed = once(server, 'close')
      server.close()
      // A kept-alive connection becomes idle only after its answer.
      const idle = setInterval(() => server.closeIdleConnections(), 50)
      const cut = setTimeout(() => server.closeAllConnections(), grace)
      await Promise.all([drain(), closed])
      clearInterval(idle)
      clearTimeout(cut)
    },
  }
}

function listenError(error: NodeJS.ErrnoException, bind: string, port: number): unknown {
  const asked = `listen on ${bind}:${port}`
  if (error.code === 'EADDRINUSE')
    return new MioError('ERR_PORT_IN_USE', { asked, found: 'another program listens there', cause: error })
  const found: Record<string, string> = {
    EACCES: 'this user may not use that port',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'there is no host of that name',
  }
  return new MioError('ERR_LISTEN', { asked, found: found[error.code ?? ''] ?? error.message, cause: error })
}
