import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'

/**
 * Waits until the requests before this one on its connection have been answered (pipelining: RFC 9112, 9.3.2). Until then
 * Node gives the answer no socket, and so never tells it that the client has gone: a frame on loan to it, or a viewer, would
 * stay for ever.
 */
export async function turnOf(response: ServerResponse): Promise<void> {
  if (!response.socket) await once(response, 'socket')
}

/** The same in front of all else. */
export const inTurn: RequestHandler = async (_request, response, next) => {
  await turnOf(response)
  next()
}
