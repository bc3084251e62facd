import * as z from 'zod'
import type { Hub } from '../stream/hub.ts'

/** `/api/clients` */
export const clientsSchema = () =>
  z.array(
    z.object({
      id: z.int().describe('Rises with each viewer of a camera'),
      address: z.string().nullable(),
      since: z.iso.datetime(),
      connectedSeconds: z.number(),
      sent: z.int().describe('Pictures taken whole'),
      skipped: z.int().describe('Pictures that were due and replaced by a newer one before the viewer could take them'),
      fps: z.number(),
      bytes: z.int(),
      delivery: z.enum(['native', 'javascript']).describe('Who sends to it: a thread of the addon, or Node'),
      ageSeconds: z.number().nullable().describe('Since the exposure of the last picture taken'),
    }),
  )

/** The viewers of a camera's stream, the longest there first. */
export function clientsOf(hub: Hub): z.output<ReturnType<typeof clientsSchema>> {
  return hub.clients().map(({ id, address, since, sent, skipped, fps, bytes, age, delivery }) => ({
    id,
    address: address ?? null,
    since: new Date(since).toISOString(),
    connectedSeconds: seconds(Date.now() - since),
    sent,
    skipped,
    fps: Number(fps.toFixed(1)),
    bytes,
    delivery,
    ageSeconds: age === undefined ? null : seconds(age),
  }))
}

function seconds(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(3))
}
