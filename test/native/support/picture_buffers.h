// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"
#include "core/mapping.h"
#include "core/unique_fd.h"
#include "encoder/encoder.h"
#include "support/decode.h"

namespace mio::test {

/** Buffers as a camera has them: memfds with planes and strides, filled by the test. */
class PictureBuffers {
 public:
  /**
   * @param padding bytes behind each line, filled with what must never be seen in a picture
   * @param below   lines of that below each plane (half as many below halved chroma)
   */
  PictureBuffers(mio_format format, uint32_t width, uint32_t height, uint32_t count,
                 uint32_t padding = 0, uint32_t below = 0);

  EncoderInput input(bool full_range = true) const;
  mio_picture picture(uint32_t buffer, uint64_t sequence) const;

  /** Left half one colour, right half another (as RGB; written as full or limited range). */
  void paint(uint32_t buffer, Rgb left, Rgb right, bool full_range = true);
  /** A picture that no encoder makes small: the same for the same `seed`. */
  void paint_noise(uint32_t buffer, unsigned seed);
  const std::vector<mio_buffer> &described() const { return described_; }
  /** A JPEG for a buffer of MIO_FORMAT_MJPEG. */
  void put_jpeg(uint32_t buffer, const std::vector<uint8_t> &jpeg);

 private:
  struct Buffer {
    UniqueFd fd;
    Mapping memory;
    uint32_t jpeg_bytes = 0;
  };
  mio_format format_;
  uint32_t width_, height_, stride_;
  std::vector<Buffer> buffers_;
  std::vector<mio_buffer> described_;
};

/** A baseline 4:2:0 JPEG of one colour. */
std::vector<uint8_t> make_jpeg(uint32_t width, uint32_t height, Rgb colour, int quality = 90);

}  // namespace mio::test
