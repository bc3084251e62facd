import type { FrameSource } from '../camera/source.ts'
import { hubOf } from '../stream/hub.ts'
import { eventsOf } from './event_feed.ts'

/** Ends what would otherwise stay open for ever: streams, after a last picture that says so, and event feeds. */
export async function closeStreams(sources: readonly FrameSource[]): Promise<void> {
  for (const source of sources) eventsOf(source).close()
  await Promise.all(sources.map((source) => hubOf(source).close()))
}
