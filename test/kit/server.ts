import { closeStreams } from '../../lib/server/close_streams.ts'
import { type AppOptions, createApp } from '../../lib/server/create_app.ts'
import { serve } from '../../lib/server/serve.ts'

export interface TestService extends AsyncDisposable {
  /** Without a slash at the end: `${url}/stream.mjpg`. */
  readonly url: string
  close(grace?: number): Promise<void>
}

/**
 * The real service on a free port over `sources`:
 *
 * ```ts
 * await using service = await startService({ sources: [source] })
 * ```
 */
export async function startService(options: AppOptions): Promise<TestService> {
  const service = await serve(createApp(options), {
    port: 0,
    bind: '127.0.0.1',
    drain: () => closeStreams(options.sources),
  })
  let closed: Promise<void> | undefined
  const close = (grace = 1000): Promise<void> => (closed ??= service.close(grace))
  return { url: service.url.replace(/\/$/, ''), close, [Symbol.asyncDispose]: close }
}
