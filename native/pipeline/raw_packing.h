// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/backend.h"
#include "encoder/mapped_buffers.h"

namespace mio {

/** How the pixels of a raw frame lie: in one piece, without anything between lines or planes. */
enum class RawFormat : uint8_t {
  kYuv420, /**< planes Y, U, V */
  kNv12    /**< planes Y, UV interleaved */
};
inline constexpr size_t kRawFormats = 2;

/** Bytes of a raw frame. An odd width or height has half a sample of chroma more. */
inline size_t raw_bytes(uint32_t width, uint32_t height) {
  const size_t chroma = static_cast<size_t>((width + 1) / 2) * ((height + 1) / 2);
  return static_cast<size_t>(width) * height + 2 * chroma;
}

/**
 * Copies a picture out of the camera's planes. Samples stay as they are: chroma is put in the order
 * that the format has, nothing is computed.
 * @param from one for which `mio_is_yuv` holds
 * @param out  room for `raw_bytes`
 */
void pack_raw(const MappedPicture &picture, mio_format from, uint32_t width, uint32_t height,
              RawFormat to, uint8_t *out);

}  // namespace mio
