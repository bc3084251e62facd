// SPDX-License-Identifier: MIT
#include "encoder/passthrough_coder.h"

#include <cstring>

#include "encoder/jpeg_segments.h"

namespace mio {

size_t PassthroughCoder::max_jpeg_bytes(size_t buffer_bytes) {
  return buffer_bytes + standard_huffman_tables().size();
}

size_t PassthroughCoder::encode(const MappedPicture &picture, int /*quality*/, uint8_t *out,
                                size_t capacity) {
  const MappedPicture::Plane &jpeg = picture.planes[0];
  const auto layout = read_jpeg_layout(jpeg.data, jpeg.bytes_used);
  if (!layout) {
    throw CodingError(
        EncodeFailure::kTruncated,
        "the camera's JPEG of " + std::to_string(jpeg.bytes_used) + " bytes is not whole");
  }
  const std::vector<uint8_t> &tables = standard_huffman_tables();
  const size_t added = layout->has_huffman_tables ? 0 : tables.size();
  if (layout->length + added > capacity) {
    throw CodingError(EncodeFailure::kEncoder, "the camera's JPEG is larger than a slot");
  }
  const size_t head = added == 0 ? 0 : layout->scan;
  std::memcpy(out, jpeg.data, head);
  std::memcpy(out + head, tables.data(), added);
  std::memcpy(out + head + added, jpeg.data + head, layout->length - head);
  return layout->length + added;
}

}  // namespace mio
