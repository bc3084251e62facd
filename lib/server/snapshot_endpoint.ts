import type { Response } from 'express'
import { longestFrameTime } from '../camera/options.ts'
import type { FrameSource } from '../camera/source.ts'
import { formatTimestamp } from '../stream/multipart.ts'
import { isConverted } from './convert_picture.ts'
import { endpoint } from './endpoint.ts'
import { PictureJobs } from './picture_jobs.ts'
import { conversionQuery, snapshotQuery } from './query.ts'

/** Milliseconds to wait for a picture: OctoPrint gives up after 5 s, and shall read why there is none. A slow camera gets more. */
const snapshotTimeout = 4500
/** Milliseconds since exposure at most, where nothing else is asked for. */
const defaultAge = 500

export interface SnapshotOptions {
  /** Milliseconds in which a client must take a picture. Default 10 000. */
  sendTimeout?: number
  /** Where pictures are converted; by default two at once for this source alone. */
  jobs?: PictureJobs
}

const answers = { 200: { about: 'The picture; X-Timestamp tells its exposure', type: 'image/*' } }

export const snapshotEndpoint = (
  source: FrameSource,
  { sendTimeout = 10_000, jobs = new PictureJobs() }: SnapshotOptions,
) =>
  endpoint({
    method: 'get',
    path: '/snapshot.jpg',
    aliases: ['/snapshot'],
    summary: 'One fresh picture',
    query: snapshotQuery,
    answers,
    errors: [503],
    async handle({ query: { max_age: maxAge = defaultAge, ...conversion }, request, response }) {
      const timeout = Math.max(snapshotTimeout, 2 * longestFrameTime(source.settings))
      const take = () => source.frame({ timeout, maxAge })
      if (request.method === 'HEAD') return head(response, conversion.format)
      if (!isConverted(conversion)) return send(response, await take(), sendTimeout)
      const picture = await jobs.picture({ of: `snapshot of ${source.id}`, conversion, maxAge, take })
      send(response, picture, sendTimeout)
    },
  })

export const stillEndpoint = (
  source: FrameSource,
  { sendTimeout = 10_000, jobs = new PictureJobs() }: SnapshotOptions,
) =>
  endpoint({
    method: 'get',
    path: '/still.jpg',
    aliases: ['/still'],
    summary: "One picture in the camera's full resolution; the stream may pause for it",
    query: conversionQuery,
    answers,
    errors: [422, 503],
    async handle({ query: conversion, request, response }) {
      if (request.method === 'HEAD') return head(response, conversion.format)
      const take = () => source.still()
      send(response, await jobs.picture({ of: `still of ${source.id}`, conversion, maxAge: 0, take }), sendTimeout)
    },
  })

const headers = { 'Cache-Control': 'no-store, no-transform' }

function head(response: Response, format = 'jpeg'): void {
  response.writeHead(200, { ...headers, 'Content-Type': `image/${format === 'jpg' ? 'jpeg' : format}` }).end()
}

/** A frame, or a picture in memory of its own. */
interface Sendable {
  readonly data: Buffer
  readonly timestamp: number
  readonly type?: string
  release?(): void
}

/** A frame is on loan until the answer is out, or the client gone, or it has taken nothing for too long. */
function send(response: Response, picture: Sendable, sendTimeout: number): void {
  const release = (): void => picture.release?.()
  if (response.closed) return release()
  response.once('close', release)
  response.setTimeout(sendTimeout, () => response.destroy())
  response.writeHead(200, {
    ...headers,
    'Content-Type': picture.type ?? 'image/jpeg',
    'Content-Length': picture.data.length,
    'X-Timestamp': formatTimestamp(picture.timestamp),
  })
  response.end(picture.data)
}
