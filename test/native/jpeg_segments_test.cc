// SPDX-License-Identifier: MIT
#include "encoder/jpeg_segments.h"

#include <gtest/gtest.h>

#include "support/picture_buffers.h"

namespace mio {
namespace {

using test::make_jpeg;

TEST(JpegLayout, FindsScanAndTablesOfAWholeJpeg) {
  const auto jpeg = make_jpeg(64, 48, {200, 10, 10});
  const auto layout = read_jpeg_layout(jpeg.data(), jpeg.size());
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->length, jpeg.size());
  EXPECT_TRUE(layout->has_huffman_tables);
  EXPECT_EQ(jpeg[layout->scan], 0xff);
  EXPECT_EQ(jpeg[layout->scan + 1], 0xda);
}

TEST(JpegLayout, ZerosBehindTheEndDoNotCount) {
  auto jpeg = make_jpeg(64, 48, {200, 10, 10});
  const size_t length = jpeg.size();
  jpeg.resize(length + 1000);
  EXPECT_EQ(read_jpeg_layout(jpeg.data(), jpeg.size())->length, length);
}

TEST(JpegLayout, RefusesEveryCutOfAJpeg) {
  const auto jpeg = make_jpeg(64, 48, {200, 10, 10});
  for (size_t size = 0; size < jpeg.size(); ++size) {
    EXPECT_FALSE(read_jpeg_layout(jpeg.data(), size)) << size << " of " << jpeg.size();
  }
}

TEST(JpegLayout, NeverReadsOutsideWhateverTheBytes) {
  // Under ASan: each byte of the head replaced by what breaks lengths and markers most.
  const auto good = make_jpeg(32, 32, {1, 2, 3});
  for (size_t at = 0; at < std::min<size_t>(good.size(), 700); ++at) {
    for (const int value : {0x00, 0xff, 0xd8, 0xda, 0x7f}) {
      auto bad = good;
      bad[at] = static_cast<uint8_t>(value);
      bad.shrink_to_fit();
      const auto layout = read_jpeg_layout(bad.data(), bad.size());
      EXPECT_LE(layout ? layout->scan : 0, bad.size());
    }
  }
}

TEST(StandardHuffmanTables, AreThoseThatLibjpegWrites) {
  // Baseline without optimisation: libjpeg writes the tables of T.81 annex K.3, each in a segment.
  const auto jpeg = make_jpeg(64, 48, {200, 10, 10});
  std::vector<uint8_t> written;
  for (size_t at = 2; jpeg[at + 1] != 0xda;) {
    const size_t length = 2 + (static_cast<size_t>(jpeg[at + 2]) << 8 | jpeg[at + 3]);
    if (jpeg[at + 1] == 0xc4) {
      written.insert(written.end(), jpeg.begin() + static_cast<ptrdiff_t>(at),
                     jpeg.begin() + static_cast<ptrdiff_t>(at + length));
    }
    at += length;
  }
  EXPECT_EQ(standard_huffman_tables(), written);
}

}  // namespace
}  // namespace mio
