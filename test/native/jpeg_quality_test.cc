// SPDX-License-Identifier: MIT
#include "encoder/jpeg_quality.h"

#include <gtest/gtest.h>

#include "support/picture_buffers.h"

namespace mio {
namespace {

TEST(JpegQuality, IsWhatLibjpegWasTold) {
  for (const int quality : {5, 20, 49, 50, 51, 75, 80, 90, 95, 99}) {
    const auto jpeg = test::make_jpeg(64, 64, {10, 200, 30}, quality);
    EXPECT_NEAR(jpeg_quality(jpeg.data(), jpeg.size()), quality, 1);
  }
}

TEST(JpegQuality, IsUnknownWithoutATable) {
  const std::vector<uint8_t> bare{0xff, 0xd8, 0xff, 0xda, 0, 2};
  EXPECT_EQ(jpeg_quality(bare.data(), bare.size()), 0);
}

TEST(JpegQuality, NeverReadsOutside) {
  const auto jpeg = test::make_jpeg(32, 32, {1, 2, 3});
  for (size_t size = 0; size < 200; ++size) {
    const std::vector<uint8_t> cut(jpeg.begin(), jpeg.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_LE(jpeg_quality(cut.data(), cut.size()), 100);
  }
}

TEST(BitsPerPixel, GrowWithQuality) {
  for (int quality = 1; quality < 100; ++quality)
    EXPECT_LT(bits_per_pixel(quality), bits_per_pixel(quality + 1));
}

}  // namespace
}  // namespace mio
