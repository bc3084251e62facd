import * as z from 'zod'
import { sizeAsSeen } from '../camera/orientation.ts'
import type { SensorMode } from '../camera/sensor_mode.ts'
import type { FrameSource } from '../camera/source.ts'
import type { Hub } from '../stream/hub.ts'
import { version } from '../package.ts'
import { temperature } from './temperature.ts'

/** Tells one run of the service from the next: the page opens its stream anew when it changes. */
export const startedAt = new Date().toISOString()

const total = z.int().min(0)
const text = z.string().nullable()

/** `/api/status`: flat, because that is what users paste into dashboards; what is unknown is null. */
export const statusSchema = () =>
  z.object({
    status: z.enum(['starting', 'live', 'waiting', 'idle', 'closed']),
    code: text.describe('Why it is not live, as a stable code'),
    reason: text.describe('The same as a sentence'),
    since: z.iso.datetime().describe('Since when it has that status'),
    fps: z.number().describe('Pictures per second lately'),
    lastFrameAgeSeconds: z.number().nullable(),
    latencySeconds: z.number().nullable().describe("From exposure until a viewer's socket has taken it, on average"),
    temperatureCelsius: z.number().nullable().describe('Of the processor'),
    clients: total.describe('Viewers now'),
    delivery: z.enum(['native', 'javascript']).describe('Who sends to ordinary connections'),
    camera: z.string().describe('Name'),
    cameraId: z.string(),
    backend: z.enum(['libcamera', 'synthetic']),
    encoder: text.describe('passthrough, v4l2-m2m or turbojpeg'),
    encoderReason: text.describe('Why that one'),
    encoderDevice: text.describe('The hardware encoder'),
    encoderOutput: text.describe('How the pictures get from it into memory'),
    encoderRefusals: text.describe('Devices that were not taken, and why'),
    encoderFallbacks: total.describe('How often the hardware failed'),
    encoderBytesCopied: total.describe('What the CPU copied between device and memory'),
    width: total.nullable().describe('Of the picture as seen'),
    height: total.nullable().describe('Of the picture as seen'),
    cameraFps: z.number().nullable().describe('Frames per second that the camera was set to'),
    orientation: total.nullable().describe('Exif orientation in each picture, 1 is upright'),
    jpegQuality: total.describe('What is encoded with now: lower than asked for while MIO_MAX_BITRATE demands it'),
    mode: text.describe('Size and format in which the camera gives pictures'),
    sensorMode: text.describe('How the sensor is read out, where the camera tells'),
    crop: text.describe('The part of the sensor that the picture shows, where the camera tells: WIDTHxHEIGHT+X+Y'),
    memory: text.describe("Where the camera's buffers come from"),
    framesCaptured: total,
    framesEncoded: total,
    framesDropped: total,
    framesCopied: total,
    slots: total.describe('Pictures that can be on loan at once'),
    slotsLent: total,
    framesBroken: total,
    restarts: total,
    version: z.string(),
    startedAt: z.iso.datetime(),
  })

export type Status = z.output<ReturnType<typeof statusSchema>>

export function statusOf(source: FrameSource, hub: Hub): Status {
  const { state, mode, encoder } = source
  const statistics = source.statistics()
  const size = mode && sizeAsSeen(mode)
  const age = statistics.lastFrameAge
  return {
    status: state.status,
    code: state.code ?? null,
    reason: state.message ?? null,
    since: state.since.toISOString(),
    fps: round(statistics.fps, 1),
    lastFrameAgeSeconds: age === undefined ? null : round(age / 1000, 3),
    latencySeconds: latencyOf(hub),
    temperatureCelsius: temperature(),
    clients: hub.viewers.size,
    delivery: hub.delivery,
    camera: source.name,
    cameraId: source.id,
    backend: source.backend,
    encoder: encoder?.name ?? null,
    encoderReason: encoder?.reason ?? null,
    encoderDevice: encoder?.device ?? null,
    encoderOutput: encoder?.output ?? null,
    encoderRefusals: encoder?.refusals.map(({ device, why }) => `${device}: ${why}`).join('; ') || null,
    encoderFallbacks: statistics.encoder.fallbacks,
    encoderBytesCopied: statistics.encoder.bytesCopied,
    width: size?.width ?? null,
    height: size?.height ?? null,
    cameraFps: mode?.fps ?? null,
    orientation: mode?.orientation ?? null,
    jpegQuality: statistics.quality,
    mode: mode ? `${mode.width}x${mode.height} ${mode.format}` : null,
    sensorMode: sensorMode(mode?.sensor),
    crop: mode?.crop ? `${mode.crop.width}x${mode.crop.height}+${mode.crop.x}+${mode.crop.y}` : null,
    memory: mode?.memory ?? null,
    framesCaptured: statistics.captured,
    framesEncoded: statistics.encoded,
    framesDropped: Object.values(statistics.dropped).reduce((sum, count) => sum + count, 0),
    framesCopied: statistics.copied.frames,
    slots: statistics.pool.slots,
    slotsLent: statistics.pool.lent,
    framesBroken: Object.values(statistics.errors).reduce((sum, count) => sum + count, 0),
    restarts: source.restarts,
    version,
    startedAt,
  }
}

function sensorMode(sensor: SensorMode | undefined): string | null {
  if (!sensor) return null
  const { width, height, bitDepth, maxFps, fullFieldOfView } = sensor
  const view = fullFieldOfView ? 'full field of view' : 'a part of the field of view'
  return `${width}x${height} ${bitDepth} bit, up to ${round(maxFps, 2)} fps, ${view}`
}

function latencyOf(hub: Hub): number | null {
  const { counts, sum } = hub.latency()
  const count = counts.reduce((all, one) => all + one, 0)
  return count === 0 ? null : round(sum / count, 4)
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
