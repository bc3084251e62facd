// SPDX-License-Identifier: MIT
#include "encoder/mapped_buffers.h"

#include <algorithm>

namespace mio {

MappedBuffers::MappedBuffers(const std::vector<mio_buffer> &buffers) : buffers_(buffers) {
  // Planes are windows into their descriptor; map as far as the last one reaches.
  std::map<int, size_t> sizes;
  for (const mio_buffer &buffer : buffers_) {
    std::vector<int> distinct;
    for (uint32_t i = 0; i < buffer.plane_count; ++i) {
      const mio_plane &plane = buffer.planes[i];
      size_t &size = sizes[plane.fd];
      size = std::max(size, static_cast<size_t>(plane.offset) + plane.length);
      if (std::find(distinct.begin(), distinct.end(), plane.fd) == distinct.end()) {
        distinct.push_back(plane.fd);
      }
    }
    descriptors_.push_back(std::move(distinct));
  }
  for (const auto &[fd, size] : sizes) mappings_.emplace(fd, Mapping::shared(fd, size, false));
}

MappedPicture MappedBuffers::view(const mio_picture &picture) const {
  MappedPicture view{};
  const mio_buffer &buffer = buffers_[picture.buffer];
  for (uint32_t i = 0; i < buffer.plane_count; ++i) {
    const mio_plane &plane = buffer.planes[i];
    view.planes[i] = {mappings_.at(plane.fd).data() + plane.offset, plane.stride,
                      std::min(picture.bytes_used[i], plane.length)};
  }
  return view;
}

}  // namespace mio
