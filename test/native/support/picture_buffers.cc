// SPDX-License-Identifier: MIT
#include "support/picture_buffers.h"

#include <sys/mman.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>

namespace mio::test {

namespace {

constexpr uint8_t kPadding = 0xab;

struct Yuv {
  uint8_t y, u, v;
};

// ITU-T T.871 (JPEG), and squeezed into ITU-R BT.601's limited range when wanted.
Yuv to_yuv(Rgb c, bool full_range) {
  double y = 0.299 * c.r + 0.587 * c.g + 0.114 * c.b;
  double u = (c.b - y) / 1.772;
  double v = (c.r - y) / 1.402;
  if (!full_range) {
    y = 16 + y * 219 / 255;
    u = u * 224 / 255;
    v = v * 224 / 255;
  }
  const auto byte = [](double value) {
    return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
  };
  return {byte(y), byte(u + 128), byte(v + 128)};
}

bool is_semi_planar(mio_format f) { return f == MIO_FORMAT_NV12 || f == MIO_FORMAT_NV21; }

}  // namespace

PictureBuffers::PictureBuffers(mio_format format, uint32_t width, uint32_t height, uint32_t count,
                               uint32_t padding, uint32_t below)
    : format_(format),
      width_(width),
      height_(height),
      stride_(width * (mio_is_rgb(format) != 0 ? 3 : 1) + padding) {
  const uint32_t luma = stride_ * (height + below);
  const uint32_t bytes = format == MIO_FORMAT_MJPEG ? width * height * 2
                         : mio_is_rgb(format) != 0  ? luma
                                                    : luma * 3 / 2;
  for (uint32_t i = 0; i < count; ++i) {
    UniqueFd fd(memfd_create("picture", MFD_CLOEXEC));
    if (ftruncate(fd.get(), bytes) != 0) throw std::bad_alloc();
    Mapping memory = Mapping::shared(fd.get(), bytes, true);
    std::memset(memory.data(), kPadding, bytes);
    const int32_t f = fd.get();
    if (format == MIO_FORMAT_MJPEG) {
      described_.push_back({1, {{f, 0, bytes, 0}, {}, {}}});
    } else if (mio_is_rgb(format) != 0) {
      described_.push_back({1, {{f, 0, bytes, stride_}, {}, {}}});
    } else if (is_semi_planar(format)) {
      described_.push_back({2, {{f, 0, luma, stride_}, {f, luma, luma / 2, stride_}, {}}});
    } else {
      described_.push_back({3,
                            {{f, 0, luma, stride_},
                             {f, luma, luma / 4, stride_ / 2},
                             {f, luma + luma / 4, luma / 4, stride_ / 2}}});
    }
    buffers_.push_back({std::move(fd), std::move(memory)});
  }
}

EncoderInput PictureBuffers::input(bool full_range) const {
  mio_configuration configuration{};
  configuration.width = width_;
  configuration.height = height_;
  configuration.format = format_;
  configuration.full_range = full_range ? 1 : 0;
  configuration.buffer_count = static_cast<uint32_t>(described_.size());
  configuration.buffers = described_.data();
  return EncoderInput(configuration);
}

mio_picture PictureBuffers::picture(uint32_t buffer, uint64_t sequence) const {
  mio_picture picture{
      buffer, 1, sequence, static_cast<int64_t>(sequence) * 1000, {}, MIO_EXPOSURE_UNKNOWN};
  for (uint32_t i = 0; i < described_[buffer].plane_count; ++i) {
    picture.bytes_used[i] = described_[buffer].planes[i].length;
  }
  if (format_ == MIO_FORMAT_MJPEG) picture.bytes_used[0] = buffers_[buffer].jpeg_bytes;
  return picture;
}

void PictureBuffers::paint(uint32_t buffer, Rgb left, Rgb right, bool full_range) {
  const mio_buffer &layout = described_[buffer];
  uint8_t *base = buffers_[buffer].memory.data();
  for (uint32_t y = 0; y < height_; ++y) {
    for (uint32_t x = 0; x < width_; ++x) {
      const Rgb colour = x < width_ / 2 ? left : right;
      if (mio_is_rgb(format_) != 0) {
        uint8_t *pixel = base + y * stride_ + static_cast<size_t>(x) * 3;
        const bool swap = format_ == MIO_FORMAT_BGR24;
        pixel[0] = static_cast<uint8_t>(swap ? colour.b : colour.r);
        pixel[1] = static_cast<uint8_t>(colour.g);
        pixel[2] = static_cast<uint8_t>(swap ? colour.r : colour.b);
        continue;
      }
      const Yuv c = to_yuv(colour, full_range);
      base[layout.planes[0].offset + y * stride_ + x] = c.y;
      if (y % 2 != 0 || x % 2 != 0) continue;
      const bool swapped = format_ == MIO_FORMAT_NV21 || format_ == MIO_FORMAT_YVU420;
      const uint8_t first = swapped ? c.v : c.u;
      const uint8_t second = swapped ? c.u : c.v;
      if (is_semi_planar(format_)) {
        uint8_t *at = base + layout.planes[1].offset + y / 2 * stride_ + x;
        at[0] = first;
        at[1] = second;
      } else {
        base[layout.planes[1].offset + y / 2 * (stride_ / 2) + x / 2] = first;
        base[layout.planes[2].offset + y / 2 * (stride_ / 2) + x / 2] = second;
      }
    }
  }
}

void PictureBuffers::paint_noise(uint32_t buffer, unsigned seed) {
  const mio_plane &luma = described_[buffer].planes[0];
  uint8_t *base = buffers_[buffer].memory.data();
  std::memset(base, 128, buffers_[buffer].memory.size());
  std::minstd_rand random(seed);
  // Waves with some grain on them, as in a photograph: neither flat nor white noise.
  for (uint32_t y = 0; y < height_; ++y) {
    for (uint32_t x = 0; x < width_; ++x) {
      const double wave = 60 * std::sin(x * 0.05 + seed) + 40 * std::sin(y * 0.11);
      base[luma.offset + y * stride_ + x] =
          static_cast<uint8_t>(128 + wave + static_cast<int>(random() % 24) - 12);
    }
  }
}

void PictureBuffers::put_jpeg(uint32_t buffer, const std::vector<uint8_t> &jpeg) {
  std::memcpy(buffers_[buffer].memory.data(), jpeg.data(), jpeg.size());
  buffers_[buffer].jpeg_bytes = static_cast<uint32_t>(jpeg.size());
}

std::vector<uint8_t> make_jpeg(uint32_t width, uint32_t height, Rgb colour, int quality) {
  std::vector<uint8_t> rgb(static_cast<size_t>(width) * height * 3);
  for (size_t i = 0; i < rgb.size(); i += 3) {
    rgb[i] = static_cast<uint8_t>(colour.r);
    rgb[i + 1] = static_cast<uint8_t>(colour.g);
    rgb[i + 2] = static_cast<uint8_t>(colour.b);
  }
  const std::unique_ptr<void, int (*)(void *)> handle(tjInitCompress(), tjDestroy);
  unsigned char *data = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): libjpeg-turbo's own type
  tjCompress2(handle.get(), rgb.data(), static_cast<int>(width), 0, static_cast<int>(height),
              TJPF_RGB, &data, &size, TJSAMP_420, quality, 0);
  std::vector<uint8_t> jpeg(data, data + size);
  tjFree(data);
  return jpeg;
}

}  // namespace mio::test
