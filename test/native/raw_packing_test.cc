// SPDX-License-Identifier: MIT
#include "pipeline/raw_packing.h"

#include <gtest/gtest.h>

#include <vector>

namespace mio {
namespace {

constexpr uint8_t kPadding = 0xee;

/** A picture whose samples tell what and where they are, in lines that are longer than it is wide.
 */
class Numbered {
 public:
  Numbered(mio_format format, uint32_t width, uint32_t height) {
    const uint32_t across = (width + 1) / 2;
    const uint32_t lines = (height + 1) / 2;
    const bool semi = format == MIO_FORMAT_NV12 || format == MIO_FORMAT_NV21;
    const bool swapped = format == MIO_FORMAT_YVU420 || format == MIO_FORMAT_NV21;
    add(width, height, 1, [](uint32_t x, uint32_t y, uint32_t) { return y * 16 + x; });
    const auto chroma = [&](uint32_t which, uint32_t x, uint32_t y) {
      return ((which != 0) != swapped ? 192U : 128U) + y * 8 + x;
    };
    if (semi) {
      add(across, lines, 2, [&](uint32_t x, uint32_t y, uint32_t i) { return chroma(i, x, y); });
    } else {
      for (uint32_t i = 0; i < 2; ++i)
        add(across, lines, 1, [&](uint32_t x, uint32_t y, uint32_t) { return chroma(i, x, y); });
    }
  }

  MappedPicture view() const {
    MappedPicture picture{};
    for (size_t i = 0; i < planes_.size(); ++i)
      picture.planes[i] = {planes_[i].data(), strides_[i],
                           static_cast<uint32_t>(planes_[i].size())};
    return picture;
  }

 private:
  template <typename Sample>
  void add(uint32_t width, uint32_t height, uint32_t parts, Sample sample) {
    const uint32_t stride = width * parts + 5;
    std::vector<uint8_t> plane(static_cast<size_t>(stride) * height, kPadding);
    for (uint32_t y = 0; y < height; ++y)
      for (uint32_t x = 0; x < width; ++x)
        for (uint32_t i = 0; i < parts; ++i)
          plane[y * stride + x * parts + i] = static_cast<uint8_t>(sample(x, y, i));
    planes_.push_back(std::move(plane));
    strides_.push_back(stride);
  }

  std::vector<std::vector<uint8_t>> planes_;
  std::vector<uint32_t> strides_;
};

class RawPacking : public testing::TestWithParam<mio_format> {};

TEST_P(RawPacking, EverySampleIsWhereTheFormatHasIt) {
  // Even sizes, and odd ones, which have half a sample of chroma more.
  for (const auto &[width, height] : {std::pair(6U, 4U), std::pair(5U, 3U)}) {
    const Numbered picture(GetParam(), width, height);
    const size_t across = (width + 1) / 2;
    const size_t lines = (height + 1) / 2;
    for (const RawFormat to : {RawFormat::kYuv420, RawFormat::kNv12}) {
      std::vector<uint8_t> out(raw_bytes(width, height) + 1, kPadding);
      pack_raw(picture.view(), GetParam(), width, height, to, out.data());
      for (size_t y = 0; y < height; ++y)
        for (size_t x = 0; x < width; ++x) EXPECT_EQ(out[y * width + x], y * 16 + x);
      const uint8_t *chroma = out.data() + static_cast<size_t>(width) * height;
      for (size_t y = 0; y < lines; ++y) {
        for (size_t x = 0; x < across; ++x) {
          const size_t at = y * across + x;
          const bool planar = to == RawFormat::kYuv420;
          EXPECT_EQ(chroma[planar ? at : 2 * at], 128 + y * 8 + x) << "U";
          EXPECT_EQ(chroma[planar ? across * lines + at : 2 * at + 1], 192 + y * 8 + x) << "V";
        }
      }
      EXPECT_EQ(out.back(), kPadding) << "nothing is written behind it";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RawPacking,
                         testing::Values(MIO_FORMAT_YUV420, MIO_FORMAT_YVU420, MIO_FORMAT_NV12,
                                         MIO_FORMAT_NV21));

}  // namespace
}  // namespace mio
