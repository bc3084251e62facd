// SPDX-License-Identifier: MIT
#include "encoder/coded.h"

#include <array>
#include <exception>
#include <utility>

#include "core/dma_buf_sync.h"

namespace mio {

void Coded::tell(EncoderSink &sink) && {
  if (jpeg) {
    sink.encoded(std::move(*jpeg));
  } else {
    sink.failed(failure, why);
  }
}

// As far as a picture goes this is its thread's top: nothing thrown here may end the process.
Coded encode_with(Coder &coder, const MappedBuffers &buffers, const mio_picture &picture,
                  int quality, Slot slot) noexcept {
  try {
    std::array<std::optional<DmaBufSync>, MIO_MAX_PLANES> syncs;
    size_t plane = 0;
    for (const int fd : buffers.descriptors(picture.buffer)) {
      syncs[plane++].emplace(fd, DmaBufSync::Access::kRead);
    }
    const size_t length = coder.encode(buffers.view(picture), quality, slot.data(), slot.bytes());
    return {Jpeg{std::move(slot), length, picture.sequence, picture.timestamp}, {}, {}};
  } catch (const CodingError &e) {
    return {std::nullopt, e.failure(), e.what()};
  } catch (const std::exception &e) {
    return {std::nullopt, EncodeFailure::kEncoder, e.what()};
  }
}

}  // namespace mio
