// SPDX-License-Identifier: MIT
#include "encoder/jpeg_segments.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>

namespace mio {

namespace {

constexpr uint8_t kMarker = 0xff;
constexpr uint8_t kStartOfImage = 0xd8;
constexpr uint8_t kEndOfImage = 0xd9;
constexpr uint8_t kStartOfScan = 0xda;
constexpr uint8_t kHuffmanTables = 0xc4;

/** One table: how many codes of each length from 1 to 16 bits, then their values. */
struct HuffmanTable {
  uint8_t kind_and_number; /**< 0x00, 0x01: DC luma, chroma; 0x10, 0x11: AC */
  std::array<uint8_t, 16> counts;
  std::initializer_list<uint8_t> values;
};

void append_table(std::vector<uint8_t> &to, const HuffmanTable &table) {
  const size_t length = 2 + 1 + table.counts.size() + table.values.size();
  to.insert(to.end(), {kMarker, kHuffmanTables, static_cast<uint8_t>(length >> 8),
                       static_cast<uint8_t>(length & 0xff), table.kind_and_number});
  to.insert(to.end(), table.counts.begin(), table.counts.end());
  to.insert(to.end(), table.values.begin(), table.values.end());
}

/** Behind the end marker that follows `scan`; 0: there is none. Within a scan, an 0xff of the
 * picture is always followed by another byte than that marker's. */
size_t end_of_image(const uint8_t *data, size_t size, size_t scan) {
  constexpr std::array<uint8_t, 2> kEnd{kMarker, kEndOfImage};
  const uint8_t *const end = data + size;
  const uint8_t *const found = std::search(data + scan, end, kEnd.begin(), kEnd.end());
  return found == end ? 0 : static_cast<size_t>(found - data) + kEnd.size();
}

}  // namespace

std::optional<JpegLayout> read_jpeg_layout(const uint8_t *data, size_t size) {
  if (size < 4 || data[0] != kMarker || data[1] != kStartOfImage) return std::nullopt;
  // Some cameras fill their buffer up with zeros behind the picture.
  while (size > 4 && data[size - 1] == 0) --size;
  const bool ends = data[size - 2] == kMarker && data[size - 1] == kEndOfImage;

  JpegLayout layout{size, 0, false};
  for (size_t at = 2; at + 4 <= size;) {
    if (data[at] != kMarker) return std::nullopt;
    const uint8_t marker = data[at + 1];
    if (marker == kMarker) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == kStartOfScan) {
      layout.scan = at;
      // Others with something else.
      if (!ends) layout.length = end_of_image(data, size, at);
      return layout.length == 0 ? std::nullopt : std::optional(layout);
    }
    if (marker == kHuffmanTables) layout.has_huffman_tables = true;
    at += 2 + (static_cast<size_t>(data[at + 2]) << 8 | data[at + 3]);
  }
  return std::nullopt;
}

const std::vector<uint8_t> &standard_huffman_tables() {
  static const std::vector<uint8_t> kSegments = [] {
    std::vector<uint8_t> segments;
    append_table(segments, {0x00,
                            {0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0},
                            {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}});
    append_table(
        segments,
        {0x10,
         {0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d},
         {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
          0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52,
          0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25,
          0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45,
          0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64,
          0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83,
          0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
          0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6,
          0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3,
          0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8,
          0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa}});
    append_table(segments, {0x01,
                            {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0},
                            {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}});
    append_table(
        segments,
        {0x11,
         {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77},
         {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
          0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33,
          0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18,
          0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44,
          0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63,
          0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
          0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
          0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4,
          0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca,
          0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
          0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa}});
    return segments;
  }();
  return kSegments;
}

bool insert_segment(Jpeg &jpeg, size_t at, const std::vector<uint8_t> &segment) {
  if (jpeg.head + segment.size() > SlotPool::head_room()) return false;
  uint8_t *const old_start = jpeg.data();
  uint8_t *const start = old_start - segment.size();
  std::memmove(start, old_start, at);
  std::memcpy(start + at, segment.data(), segment.size());
  jpeg.head += segment.size();
  jpeg.length += segment.size();
  return true;
}

std::vector<uint8_t> exif_orientation(int orientation) {
  return {kMarker, 0xe1,
          0,       34,  // APP1 and its length
          'E',     'x',
          'i',     'f',
          0,       0,  //
          'M',     'M',
          0,       42,
          0,       0,
          0,       8,  // big-endian TIFF, its directory at byte 8
          0,       1,  // one entry:
          0x01,    0x12,
          0,       3,
          0,       0,
          0,       1,  // Orientation, one number of 16 bits
          0,       static_cast<uint8_t>(orientation),
          0,       0,  //
          0,       0,
          0,       0};  // no further directory
}

size_t exif_offset(const uint8_t *data, size_t size) {
  constexpr size_t kStart = 2;
  constexpr uint8_t kJfif = 0xe0;
  if (size < kStart + 4 || data[kStart] != kMarker || data[kStart + 1] != kJfif) return kStart;
  const size_t end = kStart + 2 + (static_cast<size_t>(data[kStart + 2]) << 8 | data[kStart + 3]);
  return end < size ? end : kStart;
}

}  // namespace mio
