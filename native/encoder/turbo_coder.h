// SPDX-License-Identifier: MIT
#pragma once

#include <turbojpeg.h>

#include <array>
#include <memory>
#include <vector>

#include "encoder/coder.h"

namespace mio {

/** libjpeg-turbo, straight from the camera's planes with their strides: no scaling, and no colour
 * conversion but of RGB. */
class TurboCoder final : public Coder {
 public:
  /** Throws FaultError `ERR_ENCODER`. */
  explicit TurboCoder(const EncoderInput &input);

  /** The most bytes that a JPEG of this size can take. */
  static size_t max_jpeg_bytes(uint32_t width, uint32_t height);

  size_t encode(const MappedPicture &picture, int quality, uint8_t *out, size_t capacity) override;

 private:
  struct Planes {
    std::array<const uint8_t *, 3> data;
    std::array<int, 3> strides;
  };
  /** Pointers into the camera's planes where they are as libjpeg wants them, else into the scratch
   * planes. */
  Planes planar(const MappedPicture &picture);
  size_t compress(const Planes &planes, int quality, uint8_t *out, size_t capacity);

  struct Destroy {
    void operator()(void *handle) const { tjDestroy(handle); }
  };
  const std::unique_ptr<void, Destroy> handle_;
  const int width_;
  const int height_;
  const mio_format format_;
  const bool full_range_;
  std::array<std::vector<uint8_t>, 3> scratch_;
  std::vector<uint8_t> overflow_;
};

}  // namespace mio
