// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "encoder/encoder.h"

namespace mio {

/** Where things are in a JPEG (ITU-T T.81, annex B). Offsets and lengths in bytes. */
struct JpegLayout {
  size_t length; /**< up to and with the end marker; padding behind it does not count */
  size_t scan;   /**< offset of the start-of-scan marker */
  bool has_huffman_tables;
};

/** Reads the segments of a JPEG. Empty when it is not whole: no start, no scan, no end marker. */
std::optional<JpegLayout> read_jpeg_layout(const uint8_t *data, size_t size);

/** The tables of ITU-T T.81 annex K.3 as DHT segments: what MJPEG cameras leave out. */
const std::vector<uint8_t> &standard_huffman_tables();

/**
 * Puts a segment into a JPEG where it lies. What is before `at` moves to the left, into the slot's
 * head room; the picture's bytes stay where they are. False, and nothing has changed, when the head
 * room is too small.
 * @param at offset in bytes from the JPEG's start
 */
bool insert_segment(Jpeg &jpeg, size_t at, const std::vector<uint8_t> &segment);

/**
 * An APP1 segment that holds nothing but an orientation (CIPA DC-008, Exif): viewers turn the
 * picture, nobody encodes it again.
 * @param orientation 1-8: 1 upright, 2 mirrored, 3 turned by 180 degrees, 6 to be turned by 90
 * degrees clockwise, 8 by 270, 4, 5, 7 mirrored too
 */
std::vector<uint8_t> exif_orientation(int orientation);

/** Where such a segment goes: behind the start and a JFIF header, which must come first (ITU-T
 * T.871). */
size_t exif_offset(const uint8_t *data, size_t size);

}  // namespace mio
