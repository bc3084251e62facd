// SPDX-License-Identifier: MIT
#include "pipeline/still.h"

#include <deque>

#include "core/dma_buf_sync.h"
#include "encoder/jpeg_segments.h"
#include "encoder/passthrough_coder.h"
#include "encoder/turbo_coder.h"

namespace mio {

namespace {

std::unique_ptr<Coder> coder_for(const EncoderInput &input) {
  if (input.format == MIO_FORMAT_MJPEG) return std::make_unique<PassthroughCoder>();
  return std::make_unique<TurboCoder>(input);
}

size_t most_bytes(const EncoderInput &input) {
  if (input.format != MIO_FORMAT_MJPEG)
    return TurboCoder::max_jpeg_bytes(input.width, input.height);
  return PassthroughCoder::max_jpeg_bytes(
      input.buffers.empty() ? 0 : input.buffers.front().planes[0].length);
}

}  // namespace

StillCoder::StillCoder(const mio_configuration &configuration)
    : input_(configuration),
      buffers_(input_.buffers),
      coder_(coder_for(input_)),
      most_(most_bytes(input_)) {}

Still StillCoder::encode(const mio_picture &picture, int quality, int orientation) {
  Still still{std::vector<uint8_t>(most_), input_.width, input_.height, picture.sequence,
              picture.timestamp};
  {
    std::deque<DmaBufSync> syncs;
    for (const int fd : buffers_.descriptors(picture.buffer))
      syncs.emplace_back(fd, DmaBufSync::Access::kRead);
    still.data.resize(
        coder_->encode(buffers_.view(picture), quality, still.data.data(), still.data.size()));
  }
  if (orientation != 1) {
    const std::vector<uint8_t> segment = exif_orientation(orientation);
    const size_t offset = exif_offset(still.data.data(), still.data.size());
    still.data.insert(still.data.begin() + static_cast<std::ptrdiff_t>(offset), segment.begin(),
                      segment.end());
  }
  still.data.shrink_to_fit();
  return still;
}

}  // namespace mio
