import type { FrameSource } from '../camera/source.ts'
import type { Hub } from '../stream/hub.ts'
import { version } from '../package.ts'

/** Tells one run of the service from the next: the page opens its stream anew when it changes. */
const startedAt = new Date().toISOString()

/** `/api/status`: flat, because that is what users paste into dashboards; what is unknown is null. */
export function statusOf(source: FrameSource, hub: Hub): Record<string, string | number | null> {
  const { state, mode, encoder } = source
  const statistics = source.statistics()
  const age = statistics.lastFrameAge
  return {
    status: state.status,
    code: state.code ?? null,
    reason: state.message ?? null,
    since: state.since.toISOString(),
    fps: round(statistics.fps, 1),
    lastFrameAgeSeconds: age === undefined ? null : round(age / 1000, 3),
    clients: hub.viewers.size,
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
    width: mode?.width ?? null,
    height: mode?.height ?? null,
    cameraFps: mode?.fps ?? null,
    mode: mode ? `${mode.width}x${mode.height} ${mode.format}` : null,
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

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
