// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "encoder/coder.h"
#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/** One picture in full size, as a JPEG in memory of its own. */
struct Still {
  std::vector<uint8_t> data;
  uint32_t width, height;
  uint64_t sequence;
  int64_t timestamp; /**< of the exposure, CLOCK_MONOTONIC, nanoseconds */
};

/** Makes stills of a camera's buffers, in the caller's thread. */
class StillCoder {
 public:
  /** Throws FaultError `ERR_NO_BUFFERS`, `ERR_ENCODER`. */
  explicit StillCoder(const mio_configuration &configuration);

  /**
   * @param orientation told by Exif, 1-8; 1 needs no segment
   * @throws CodingError
   */
  Still encode(const mio_picture &picture, int quality, int orientation);

 private:
  const EncoderInput input_;
  const MappedBuffers buffers_;
  const std::unique_ptr<Coder> coder_;
  const size_t most_;
};

}  // namespace mio
