// SPDX-License-Identifier: MIT
#include "pipeline/raw_packing.h"

#include <cstring>
#include <utility>

namespace mio {

namespace {

/** One part of colour, wherever it lies. */
struct Samples {
  const uint8_t *data;
  size_t stride; /**< bytes from line to line */
  size_t step;   /**< bytes from sample to sample */
};

void copy_lines(const uint8_t *from, size_t stride, size_t bytes, size_t lines, uint8_t *to) {
  if (stride == bytes) {
    std::memcpy(to, from, bytes * lines);
    return;
  }
  for (size_t i = 0; i < lines; ++i) std::memcpy(to + i * bytes, from + i * stride, bytes);
}

/** Every `step`-th byte of `to`. */
void copy_samples(const Samples &from, size_t width, size_t lines, uint8_t *to, size_t step) {
  for (size_t y = 0; y < lines; ++y) {
    const uint8_t *line = from.data + y * from.stride;
    for (size_t x = 0; x < width; ++x, to += step) *to = line[x * from.step];
  }
}

/** U and V. */
std::pair<Samples, Samples> chroma_of(const MappedPicture &picture, mio_format format) {
  const auto &first = picture.planes[1];
  const auto &second = picture.planes[2];
  const Samples planar{first.data, first.stride, 1};
  const Samples other{second.data, second.stride, 1};
  const Samples even{first.data, first.stride, 2};
  const Samples odd{first.data + 1, first.stride, 2};
  switch (format) {
    case MIO_FORMAT_YVU420:
      return {other, planar};
    case MIO_FORMAT_NV12:
      return {even, odd};
    case MIO_FORMAT_NV21:
      return {odd, even};
    default:
      return {planar, other};
  }
}

}  // namespace

void pack_raw(const MappedPicture &picture, mio_format from, uint32_t width, uint32_t height,
              RawFormat to, uint8_t *out) {
  const size_t luma = static_cast<size_t>(width) * height;
  const size_t across = (width + 1) / 2;
  const size_t lines = (height + 1) / 2;
  copy_lines(picture.planes[0].data, picture.planes[0].stride, width, height, out);
  uint8_t *chroma = out + luma;
  if (to == RawFormat::kNv12 && from == MIO_FORMAT_NV12) {
    copy_lines(picture.planes[1].data, picture.planes[1].stride, 2 * across, lines, chroma);
    return;
  }
  const auto [u, v] = chroma_of(picture, from);
  if (to == RawFormat::kNv12) {
    copy_samples(u, across, lines, chroma, 2);
    copy_samples(v, across, lines, chroma + 1, 2);
  } else if (u.step == 1) {
    copy_lines(u.data, u.stride, across, lines, chroma);
    copy_lines(v.data, v.stride, across, lines, chroma + across * lines);
  } else {
    copy_samples(u, across, lines, chroma, 1);
    copy_samples(v, across, lines, chroma + across * lines, 1);
  }
}

}  // namespace mio
