// SPDX-License-Identifier: MIT
#include "encoder/passthrough_coder.h"

#include <gtest/gtest.h>

#include "encoder/jpeg_segments.h"
#include "support/picture_buffers.h"

namespace mio {
namespace {

using test::make_jpeg;
using test::PictureBuffers;

class PassthroughCoderTest : public testing::Test {
 protected:
  std::vector<uint8_t> pass(const std::vector<uint8_t> &jpeg, size_t capacity = 100'000) {
    PictureBuffers buffers(MIO_FORMAT_MJPEG, 320, 240, 1);
    buffers.put_jpeg(0, jpeg);
    const MappedBuffers mapped(buffers.input().buffers);
    std::vector<uint8_t> out(capacity);
    PassthroughCoder coder;
    out.resize(coder.encode(mapped.view(buffers.picture(0, 1)), 80, out.data(), out.size()));
    return out;
  }
};

std::vector<uint8_t> without_huffman_tables(const std::vector<uint8_t> &jpeg) {
  std::vector<uint8_t> out{jpeg[0], jpeg[1]};
  for (size_t at = 2; at < jpeg.size();) {
    const bool scan = jpeg[at + 1] == 0xda;
    const size_t end =
        scan ? jpeg.size() : at + 2 + (static_cast<size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3]);
    if (jpeg[at + 1] != 0xc4) {
      out.insert(out.end(), jpeg.begin() + static_cast<ptrdiff_t>(at),
                 jpeg.begin() + static_cast<ptrdiff_t>(end));
    }
    at = end;
  }
  return out;
}

TEST_F(PassthroughCoderTest, LeavesAWholeJpegAsItIs) {
  const auto jpeg = make_jpeg(320, 240, {20, 40, 200});
  EXPECT_EQ(pass(jpeg), jpeg);
}

TEST_F(PassthroughCoderTest, AddsTheHuffmanTablesThatTheCameraLeftOut) {
  const auto bare = without_huffman_tables(make_jpeg(320, 240, {20, 40, 200}));
  ASSERT_FALSE(read_jpeg_layout(bare.data(), bare.size())->has_huffman_tables);
  const auto out = pass(bare);
  EXPECT_EQ(out.size(), bare.size() + standard_huffman_tables().size());
  EXPECT_TRUE(read_jpeg_layout(out.data(), out.size())->has_huffman_tables);
  const auto picture = test::decode(out.data(), out.size());
  EXPECT_TRUE(test::near(picture.at(160, 120), {20, 40, 200}));
}

TEST_F(PassthroughCoderTest, RefusesATruncatedPicture) {
  auto jpeg = make_jpeg(320, 240, {20, 40, 200});
  jpeg.resize(jpeg.size() / 2);
  try {
    pass(jpeg);
    FAIL() << "it was taken";
  } catch (const CodingError &e) {
    EXPECT_EQ(e.failure(), EncodeFailure::kTruncated);
  }
}

TEST_F(PassthroughCoderTest, RefusesAPictureLargerThanTheSlot) {
  EXPECT_THROW(pass(make_jpeg(320, 240, {20, 40, 200}), 500), CodingError);
}

}  // namespace
}  // namespace mio
