import type { NativeStatistics } from './binding.ts'
import type { CameraStatistics } from './source.ts'

/** The addon's counters as JavaScript shows them. */
export function describeStatistics(
  native: Partial<NativeStatistics>,
  own: Partial<Pick<CameraStatistics, 'delivered' | 'copied' | 'encoder'>> & { rawCopied?: number } = {},
): CameraStatistics {
  return {
    captured: native.captured ?? 0,
    encoded: native.encoded ?? 0,
    delivered: own.delivered ?? 0,
    unwatched: native.unwatched ?? 0,
    unsettled: native.unsettled ?? 0,
    dropped: {
      noSlot: native.noSlot ?? 0,
      encoderBusy: native.encoderBusy ?? 0,
      superseded: native.superseded ?? 0,
    },
    errors: { marked: native.marked ?? 0, truncated: native.truncated ?? 0, encoder: native.encoderFailed ?? 0 },
    pool: { slots: native.slots ?? 0, lent: native.lent ?? 0 },
    copied: own.copied ?? { frames: 0, bytes: 0 },
    raw: {
      slots: native.rawSlots ?? 0,
      lent: native.rawLent ?? 0,
      copied: own.rawCopied ?? 0,
      missed: native.rawMissed ?? 0,
    },
    encoder: own.encoder ?? { fallbacks: 0, bytesCopied: 0 },
    fps: native.fps ?? 0,
    quality: native.quality ?? 0,
    lastFrameAge: native.lastFrameAge,
  }
}
