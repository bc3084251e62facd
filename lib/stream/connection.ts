import { ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { descriptorOf, limitBacklog } from '../camera/socket_options.ts'

/** What a viewer is written to: a `net.Socket`, an `http.ServerResponse`, or anything alike. */
export interface Sink {
  /** `done` is called when the bytes have been taken, or with an error when they never will be. */
  write(chunk: Uint8Array, done?: (error?: Error | null) => void): unknown
  /** After what has been written. */
  end(): unknown
  destroy(): unknown
}

/** A viewer's connection, with the head of the answer written. */
export interface Connection extends Sink {
  /** Calls `listener` once when it has closed, for whatever reason. */
  onClose(listener: () => void): unknown
  /**
   * Lets the kernel keep about `bytes` that are not sent yet: a slow viewer then sees frames one second old, and
   * not four seconds and ever older ones.
   */
  limitBacklog(bytes: number): unknown
  /** Of the socket, where bytes can go to it past Node; undefined for TLS, HTTP/2 and the like. */
  descriptor(): number | undefined
  /** From here on somebody else writes, behind Node. */
  handOver(): void
}

/**
 * The connection below an answer whose head has been written.
 *
 * Parts go to the socket itself, because each `response.write()` costs twice as much. That is right for an
 * answer that ends with its connection and has no chunks. Else they go to the response: HTTP/2 has no socket for
 * each stream, and an answer to a pipelined request gets the socket only when the one before it is out.
 */
export function connectionOf(response: ServerResponse): Connection {
  // Told by 'close' as well.
  response.on('error', () => {})
  const { socket } = response
  if (!(response instanceof ServerResponse) || !(socket instanceof Socket)) return overResponse(response)
  response.flushHeaders()
  return {
    ...sinkOver(response, socket),
    limitBacklog: (bytes) => limitBacklog(socket, bytes),
    descriptor: () => ('encrypted' in socket ? undefined : descriptorOf(socket)),
    // Node would see a connection without activity, and a server with a `timeout` would cut it. Stalled viewers
    // are dropped by who delivers.
    handOver: () => void socket.setTimeout(0),
  }
}

function overResponse(response: ServerResponse): Connection {
  return {
    ...sinkOver(response, response),
    limitBacklog: () => {},
    descriptor: () => undefined,
    handOver: () => {},
  }
}

function sinkOver(response: ServerResponse, stream: Socket | ServerResponse): Sink & Pick<Connection, 'onClose'> {
  return {
    write: (chunk, done) => stream.write(chunk, done),
    end: () => response.end(),
    destroy: () => response.destroy(),
    onClose: (listener) => response.once('close', listener),
  }
}
