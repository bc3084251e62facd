// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "backend/backend.h"
#include "core/mapping.h"

namespace mio {

/** A picture as the CPU sees it. */
struct MappedPicture {
  struct Plane {
    const uint8_t *data;
    uint32_t stride;     /**< bytes from line to line */
    uint32_t bytes_used; /**< as the camera says */
  };
  std::array<Plane, MIO_MAX_PLANES> planes;
};

/** The camera's buffers in this process's memory, each descriptor mapped once and for reading only.
 */
class MappedBuffers {
 public:
  /** Throws FaultError `ERR_NO_BUFFERS`. */
  explicit MappedBuffers(const std::vector<mio_buffer> &buffers);

  MappedPicture view(const mio_picture &picture) const;
  /** The distinct descriptors of a buffer, for DMA_BUF_IOCTL_SYNC. */
  const std::vector<int> &descriptors(uint32_t buffer) const { return descriptors_[buffer]; }

 private:
  std::vector<mio_buffer> buffers_;
  std::vector<std::vector<int>> descriptors_;
  std::map<int, Mapping> mappings_;
};

}  // namespace mio
