import type { NativeEncoder } from './binding.ts'
import { MioError } from './errors.ts'
import type { EncoderInfo } from './source.ts'

/** What JavaScript shows of the addon's report. */
export function describeEncoder({ device, ...rest }: NativeEncoder): EncoderInfo {
  return { ...rest, device: device || undefined }
}

/** What is told when the hardware fails while frames come. */
export function encoderFault(id: string, now: NativeEncoder): MioError {
  return new MioError('ERR_ENCODER', {
    asked: `encode the pictures of camera "${id}"`,
    found: now.reason,
    remedy: 'The CPU encodes meanwhile; the hardware is tried again from time to time',
  })
}
