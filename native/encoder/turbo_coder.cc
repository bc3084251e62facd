// SPDX-License-Identifier: MIT
#include "encoder/turbo_coder.h"

#include <algorithm>
#include <cstring>

#include "core/fault.h"

namespace mio {

namespace {

constexpr int kWorse = 15;

using Table = std::array<uint8_t, 256>;

/** Limited to full range: ITU-R BT.601 (16-235, chroma 16-240) to ITU-T T.871 (0-255). */
Table expansion(double low, double high, double centre_in, double centre_out) {
  Table table{};
  for (int i = 0; i < 256; ++i) {
    const double full = (i - centre_in) * 255.0 / (high - low) + centre_out;
    table[static_cast<size_t>(i)] = static_cast<uint8_t>(std::clamp(full + 0.5, 0.0, 255.0));
  }
  return table;
}

const Table &luma_expansion() {
  static const Table kTable = expansion(16, 235, 16, 0);
  return kTable;
}

const Table &chroma_expansion() {
  static const Table kTable = expansion(16, 240, 128, 128);
  return kTable;
}

bool is_semi_planar(mio_format format) {
  return format == MIO_FORMAT_NV12 || format == MIO_FORMAT_NV21;
}

void expand(const uint8_t *from, uint32_t stride, int width, int height, const Table &table,
            std::vector<uint8_t> &to) {
  to.resize(static_cast<size_t>(width) * static_cast<size_t>(height));
  uint8_t *out = to.data();
  for (int y = 0; y < height; ++y, from += stride, out += width) {
    for (int x = 0; x < width; ++x) out[x] = table[from[x]];
  }
}

/** Interleaved chroma into two planes. */
void split(const uint8_t *from, uint32_t stride, int width, int height, std::vector<uint8_t> &first,
           std::vector<uint8_t> &second) {
  first.resize(static_cast<size_t>(width) * static_cast<size_t>(height));
  second.resize(first.size());
  uint8_t *a = first.data();
  uint8_t *b = second.data();
  for (int y = 0; y < height; ++y, from += stride, a += width, b += width) {
    const uint8_t *pair = from;
    for (int x = 0; x < width; ++x, pair += 2) {
      a[x] = pair[0];
      b[x] = pair[1];
    }
  }
}

}  // namespace

TurboCoder::TurboCoder(const EncoderInput &input)
    : handle_(tjInitCompress()),
      width_(static_cast<int>(input.width)),
      height_(static_cast<int>(input.height)),
      format_(input.format),
      full_range_(input.full_range) {
  if (!handle_)
    throw FaultError("ERR_ENCODER", std::string("libjpeg-turbo: ") + tjGetErrorStr2(nullptr));
}

size_t TurboCoder::max_jpeg_bytes(uint32_t width, uint32_t height) {
  return tjBufSize(static_cast<int>(width), static_cast<int>(height), TJSAMP_420);
}

size_t TurboCoder::encode(const MappedPicture &picture, int quality, uint8_t *out,
                          size_t capacity) {
  const Planes planes = planar(picture);
  // Without reallocation libjpeg-turbo takes it for granted that the worst case fits.
  const size_t worst =
      max_jpeg_bytes(static_cast<uint32_t>(width_), static_cast<uint32_t>(height_));
  if (capacity >= worst) return compress(planes, quality, out, capacity);
  // Slots made for a device that failed are smaller. A picture that is larger than one is made a
  // little worse.
  overflow_.resize(worst);
  for (; quality > 0; quality -= kWorse) {
    const size_t length = compress(planes, quality, overflow_.data(), worst);
    if (length > capacity) continue;
    std::memcpy(out, overflow_.data(), length);
    return length;
  }
  throw CodingError(EncodeFailure::kEncoder,
                    "a slot of " + std::to_string(capacity) + " bytes is too small");
}

size_t TurboCoder::compress(const Planes &planes, int quality, uint8_t *out, size_t capacity) {
  unsigned long length = capacity;  // NOLINT(google-runtime-int): libjpeg-turbo's own type
  auto data = planes.data;
  auto strides = planes.strides;
  const int failed =
      mio_is_rgb(format_) != 0
          ? tjCompress2(handle_.get(), data[0], width_, strides[0], height_,
                        format_ == MIO_FORMAT_RGB24 ? TJPF_RGB : TJPF_BGR, &out, &length,
                        TJSAMP_420, quality, TJFLAG_NOREALLOC)
          : tjCompressFromYUVPlanes(handle_.get(), data.data(), width_, strides.data(), height_,
                                    TJSAMP_420, &out, &length, quality, TJFLAG_NOREALLOC);
  if (failed != 0) {
    throw CodingError(EncodeFailure::kEncoder,
                      std::string("libjpeg-turbo: ") + tjGetErrorStr2(handle_.get()));
  }
  return length;
}

TurboCoder::Planes TurboCoder::planar(const MappedPicture &picture) {
  const int chroma_width = (width_ + 1) / 2;
  const int chroma_height = (height_ + 1) / 2;
  Planes planes{};
  const auto direct = [&](size_t to, const MappedPicture::Plane &from) {
    planes.data[to] = from.data;
    planes.strides[to] = static_cast<int>(from.stride);
  };
  const auto scratch = [&](size_t to, int width) {
    planes.data[to] = scratch_[to].data();
    planes.strides[to] = width;
  };

  const bool swapped = format_ == MIO_FORMAT_YVU420 || format_ == MIO_FORMAT_NV21;
  const size_t u = swapped ? 2 : 1;
  const size_t v = swapped ? 1 : 2;
  direct(0, picture.planes[0]);
  if (mio_is_rgb(format_) != 0) return planes;
  if (is_semi_planar(format_)) {
    split(picture.planes[1].data, picture.planes[1].stride, chroma_width, chroma_height,
          scratch_[u], scratch_[v]);
    scratch(1, chroma_width);
    scratch(2, chroma_width);
  } else {
    direct(u, picture.planes[1]);
    direct(v, picture.planes[2]);
  }
  if (full_range_) return planes;

  expand(planes.data[0], static_cast<uint32_t>(planes.strides[0]), width_, height_,
         luma_expansion(), scratch_[0]);
  scratch(0, width_);
  for (size_t i = 1; i < 3; ++i) {
    if (planes.data[i] == scratch_[i].data()) {
      // Already apart: in place, a whole plane at once.
      for (uint8_t &sample : scratch_[i]) sample = chroma_expansion()[sample];
    } else {
      expand(planes.data[i], static_cast<uint32_t>(planes.strides[i]), chroma_width, chroma_height,
             chroma_expansion(), scratch_[i]);
    }
    scratch(i, chroma_width);
  }
  return planes;
}

}  // namespace mio
