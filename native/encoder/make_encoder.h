// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "encoder/encoder.h"

namespace mio {

/** Which encoder a camera's pictures go through, and why. */
struct EncoderChoice {
  const char *name;
  std::string reason;
  size_t max_jpeg_bytes; /**< what a slot must hold */
};

/**
 * The order of choice: `passthrough` where the camera gives JPEG, else `turbojpeg`.
 * @param forced a name, or `auto`
 * @throws FaultError `ERR_ENCODER` when the forced one cannot take these pictures
 */
EncoderChoice choose_encoder(const EncoderInput &input, const std::string &forced);

/** Throws FaultError `ERR_ENCODER`, `ERR_NO_BUFFERS`. */
std::unique_ptr<Encoder> make_encoder(const EncoderChoice &choice, const EncoderInput &input,
                                      int quality, EncoderSink &sink);

}  // namespace mio
