// SPDX-License-Identifier: MIT
#include "encoder/turbo_coder.h"

#include <gtest/gtest.h>

#include <tuple>

#include "support/picture_buffers.h"

namespace mio {
namespace {

using test::near;
using test::PictureBuffers;
using test::Rgb;

constexpr Rgb kRed{220, 20, 30};
constexpr Rgb kBlue{10, 30, 210};

struct Case {
  mio_format format;
  uint32_t width, height, padding;
  bool full_range;
};

class TurboCoderTest : public testing::TestWithParam<Case> {};

std::vector<uint8_t> encode(const PictureBuffers &buffers, bool full_range, int quality) {
  const EncoderInput input = buffers.input(full_range);
  const MappedBuffers mapped(input.buffers);
  TurboCoder coder(input);
  std::vector<uint8_t> jpeg(TurboCoder::max_jpeg_bytes(input.width, input.height));
  jpeg.resize(coder.encode(mapped.view(buffers.picture(0, 1)), quality, jpeg.data(), jpeg.size()));
  return jpeg;
}

TEST_P(TurboCoderTest, ARedPatchIsRedAndABlueOneBlue) {
  const Case c = GetParam();
  PictureBuffers buffers(c.format, c.width, c.height, 1, c.padding);
  buffers.paint(0, kRed, kBlue, c.full_range);
  const auto jpeg = encode(buffers, c.full_range, 90);
  const auto picture = test::decode(jpeg.data(), jpeg.size());
  ASSERT_EQ(picture.width, static_cast<int>(c.width));
  ASSERT_EQ(picture.height, static_cast<int>(c.height));
  // All four corners: a wrong stride shifts one line more than the one before.
  const int right = picture.width - 2;
  const int bottom = picture.height - 2;
  for (const int y : {1, picture.height / 2, bottom}) {
    EXPECT_TRUE(near(picture.at(1, y), kRed)) << "left, line " << y;
    EXPECT_TRUE(near(picture.at(right, y), kBlue)) << "right, line " << y;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, TurboCoderTest,
                         testing::Values(Case{MIO_FORMAT_YUV420, 640, 480, 0, true},
                                         Case{MIO_FORMAT_YUV420, 648, 482, 120, true},
                                         Case{MIO_FORMAT_YUV420, 648, 482, 120, false},
                                         Case{MIO_FORMAT_YVU420, 320, 242, 64, true},
                                         Case{MIO_FORMAT_NV12, 640, 480, 0, true},
                                         Case{MIO_FORMAT_NV12, 650, 366, 54, true},
                                         Case{MIO_FORMAT_NV12, 650, 366, 54, false},
                                         Case{MIO_FORMAT_NV21, 650, 366, 54, false},
                                         Case{MIO_FORMAT_NV21, 64, 64, 64, true},
                                         Case{MIO_FORMAT_RGB24, 650, 366, 54, true},
                                         Case{MIO_FORMAT_BGR24, 64, 64, 0, true}));

TEST(TurboCoder, QualityDecidesTheSize) {
  PictureBuffers buffers(MIO_FORMAT_YUV420, 640, 480, 1);
  buffers.paint(0, kRed, kBlue);
  EXPECT_LT(encode(buffers, true, 10).size(), encode(buffers, true, 95).size());
}

TEST(TurboCoder, ASlotThatIsTooSmallIsAnErrorNotAnOverrun) {
  PictureBuffers buffers(MIO_FORMAT_YUV420, 640, 480, 1);
  buffers.paint(0, kRed, kBlue);
  const EncoderInput input = buffers.input();
  const MappedBuffers mapped(input.buffers);
  TurboCoder coder(input);
  std::vector<uint8_t> small(1000);
  EXPECT_THROW(coder.encode(mapped.view(buffers.picture(0, 1)), 90, small.data(), small.size()),
               CodingError);
}

}  // namespace
}  // namespace mio
