// SPDX-License-Identifier: MIT
#pragma once

#include "encoder/coder.h"

namespace mio {

/**
 * For cameras that give MJPEG themselves: their pictures as they are, with the Huffman tables added
 * where the camera leaves them out. The driver has few buffers and needs them back, so the bytes
 * are copied once, into the slot.
 */
class PassthroughCoder final : public Coder {
 public:
  /** The most bytes that a picture can take, for a camera whose buffers hold `buffer_bytes`. */
  static size_t max_jpeg_bytes(size_t buffer_bytes);

  /** Throws CodingError `kTruncated` for a picture that is not whole. */
  size_t encode(const MappedPicture &picture, int quality, uint8_t *out, size_t capacity) override;
};

}  // namespace mio
