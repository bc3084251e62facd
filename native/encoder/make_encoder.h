// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "core/slot_pool.h"
#include "encoder/encoder.h"
#include "encoder/v4l2/m2m_discovery.h"

namespace mio {

/** Which encoder a camera's pictures go through, and why. */
struct EncoderChoice {
  const char *name;
  std::string reason;
  size_t max_jpeg_bytes; /**< what a slot must hold */
  bool forced = false;
  M2mDiscovery hardware{};
};

/**
 * The order of choice: `passthrough` where the camera gives JPEG, `v4l2-m2m` where a device says
 * that it takes the pictures, else `turbojpeg`.
 * @param forced a name, or `auto`
 * @throws FaultError `ERR_ENCODER` when the forced one cannot take these pictures
 */
EncoderChoice choose_encoder(const EncoderInput &input, const std::string &forced);

/** The pool that the encoder works best with: dma-bufs where a device is to write into them. */
std::shared_ptr<SlotPool> make_slots(const EncoderChoice &choice, uint32_t count);

/**
 * Makes the chosen encoder. A device that turns out not to work is replaced by `turbojpeg` at once,
 * and so is one that fails later; then it is tried again from time to time.
 * @throws FaultError `ERR_ENCODER` when the choice was forced and does not work, `ERR_NO_BUFFERS`
 */
std::unique_ptr<Encoder> make_encoder(const EncoderChoice &choice, const EncoderInput &input,
                                      int quality, const std::shared_ptr<SlotPool> &slots,
                                      EncoderSink &sink);

}  // namespace mio
