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

TEST(JpegLayout, WhateverElseIsBehindTheEndDoesNotCountEither) {
  const auto whole = make_jpeg(64, 48, {200, 10, 10});
  for (const uint8_t rest : {0xff, 0xd8, 0x55}) {
    for (const size_t count : {1, 2, 1000}) {
      auto jpeg = whole;
      jpeg.insert(jpeg.end(), count, rest);
      const auto layout = read_jpeg_layout(jpeg.data(), jpeg.size());
      ASSERT_TRUE(layout) << count << " bytes of " << int{rest};
      EXPECT_EQ(layout->length, whole.size());
    }
  }
}

TEST(JpegLayout, RefusesEveryCutOfAJpeg) {
  const auto jpeg = make_jpeg(64, 48, {200, 10, 10});
  for (size_t size = 0; size < jpeg.size(); ++size) {
    EXPECT_FALSE(read_jpeg_layout(jpeg.data(), size)) << size << " of " << jpeg.size();
    auto filled_up = jpeg;
    std::fill(filled_up.begin() + static_cast<ptrdiff_t>(size), filled_up.end(), uint8_t{0x55});
    EXPECT_FALSE(read_jpeg_layout(filled_up.data(), filled_up.size())) << size;
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

/** A JPEG in a slot. */
Jpeg in_slot(const std::shared_ptr<SlotPool> &pool, const std::vector<uint8_t> &bytes) {
  Jpeg jpeg{pool->take(), bytes.size(), 1, 1};
  std::copy(bytes.begin(), bytes.end(), jpeg.data());
  return jpeg;
}

TEST(InsertSegment, MovesTheHeadAndNotThePicture) {
  const auto original = make_jpeg(64, 48, {200, 10, 10});
  const auto pool = SlotPool::create(1, 100'000);
  Jpeg jpeg = in_slot(pool, original);
  const uint8_t *picture = jpeg.data() + 20;
  const auto exif = exif_orientation(6);
  ASSERT_TRUE(insert_segment(jpeg, 20, exif));
  EXPECT_EQ(jpeg.length, original.size() + exif.size());
  EXPECT_EQ(jpeg.data() + 20 + exif.size(), picture) << "the picture's bytes were moved";
  std::vector<uint8_t> expected(original.begin(), original.begin() + 20);
  expected.insert(expected.end(), exif.begin(), exif.end());
  expected.insert(expected.end(), original.begin() + 20, original.end());
  EXPECT_EQ(std::vector<uint8_t>(jpeg.data(), jpeg.data() + jpeg.length), expected);
}

TEST(InsertSegment, CanBeDoneAgainUntilTheHeadRoomIsUsedUp) {
  const auto pool = SlotPool::create(1, 100'000);
  Jpeg jpeg = in_slot(pool, make_jpeg(64, 48, {200, 10, 10}));
  const std::vector<uint8_t> half(SlotPool::head_room() / 2);
  EXPECT_TRUE(insert_segment(jpeg, 2, half));
  EXPECT_TRUE(insert_segment(jpeg, 2, half));
  const size_t length = jpeg.length;
  EXPECT_FALSE(insert_segment(jpeg, 2, {0}));
  EXPECT_EQ(jpeg.length, length);
}

TEST(ExifOrientation, StandsBehindTheJfifHeaderAndIsReadByOthers) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const auto pool = SlotPool::create(1, 100'000);
    Jpeg jpeg = in_slot(pool, make_jpeg(64, 48, {200, 10, 10}));
    const auto exif = exif_orientation(orientation);
    const size_t at = exif_offset(jpeg.data(), jpeg.length);
    EXPECT_EQ(at, 20U) << "SOI and APP0 JFIF";
    ASSERT_TRUE(insert_segment(jpeg, at, exif));
    EXPECT_TRUE(test::near(test::decode(jpeg.data(), jpeg.length).at(30, 20), {200, 10, 10}));
    // As a reader goes through it: big-endian TIFF, one entry 0x0112 of type SHORT.
    const uint8_t *tiff = jpeg.data() + at + 10;
    EXPECT_EQ(std::string(tiff, tiff + 2), "MM");
    EXPECT_EQ(tiff[8] << 8 | tiff[9], 1);
    EXPECT_EQ(tiff[10] << 8 | tiff[11], 0x0112);
    EXPECT_EQ(tiff[12] << 8 | tiff[13], 3);
    EXPECT_EQ(tiff[18] << 8 | tiff[19], orientation);
    EXPECT_EQ(static_cast<size_t>(exif[2]) << 8 | exif[3], exif.size() - 2);
  }
}

TEST(ExifOffset, IsBehindTheStartWhereThereIsNoJfifHeader) {
  const std::vector<uint8_t> bare{0xff, 0xd8, 0xff, 0xdb, 0, 4, 1, 2};
  EXPECT_EQ(exif_offset(bare.data(), bare.size()), 2U);
  const std::vector<uint8_t> cut{0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff};
  EXPECT_EQ(exif_offset(cut.data(), cut.size()), 2U);
}

}  // namespace
}  // namespace mio
