// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

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

}  // namespace mio
