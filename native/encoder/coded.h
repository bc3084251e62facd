// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "encoder/coder.h"
#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/** What came of a picture: a JPEG, or why there is none. */
struct Coded {
  std::optional<Jpeg> jpeg;
  EncodeFailure failure{};
  std::string why;

  void tell(EncoderSink &sink) &&;
};

/** Lets `coder` make a JPEG of a camera's buffer, in the caller's thread. Never throws. */
Coded encode_with(Coder &coder, const MappedBuffers &buffers, const mio_picture &picture,
                  int quality, Slot slot) noexcept;

}  // namespace mio
