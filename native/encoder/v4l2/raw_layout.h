// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "encoder/encoder.h"
#include "encoder/v4l2/v4l2_queue.h"

namespace mio {

/** How a camera's pictures lie in memory, in V4L2's words. */
struct RawLayout {
  uint32_t stride; /**< bytes from line to line of the first plane */
  uint32_t width;  /**< pixels from line to line of the first plane */
  /** Of the first plane, with padding; 0 when not `contiguous`, and when no plane follows it. */
  uint32_t lines;
  /**
   * All planes in one dma-buf, each right behind the one before and all with the same padding: then
   * a format with one memory plane (YU12, NV12) describes them.
   */
  bool contiguous;
  uint32_t joined; /**< fourcc of that format */
  /** fourcc of the format with a memory plane for each plane (YM12, NM12); 0: there is none */
  uint32_t separate;

  /** Of a camera with raw buffers. */
  explicit RawLayout(const EncoderInput &input);
};

/** Bytes of a dma-buf or memfd. */
uint32_t dma_buf_bytes(int fd);

}  // namespace mio
