// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>
#include <libcamera/framebuffer_allocator.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace mio {

/**
 * The buffers that a stream is captured into. From a dma-heap where one opens: its memory is
 * cached, while what the Pi's ISP exports is slow to read for the CPU. Else from libcamera's
 * FrameBufferAllocator.
 */
class CaptureBuffers {
 public:
  /**
   * @param most not more than so many, where that can be chosen
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  CaptureBuffers(const std::shared_ptr<libcamera::Camera> &camera,
                 const libcamera::StreamConfiguration &configuration,
                 size_t most = std::numeric_limits<size_t>::max());

  /** Their cookies are their indices. */
  const std::vector<libcamera::FrameBuffer *> &all() const { return all_; }
  const std::vector<mio_buffer> &described() const { return described_; }
  const std::string &memory() const { return memory_; }

 private:
  bool from_heap(const libcamera::StreamConfiguration &configuration, size_t count);
  void from_allocator(const std::shared_ptr<libcamera::Camera> &camera, libcamera::Stream *stream);

  std::vector<std::unique_ptr<libcamera::FrameBuffer>> own_;
  std::unique_ptr<libcamera::FrameBufferAllocator> allocator_;
  std::vector<libcamera::FrameBuffer *> all_;
  std::vector<mio_buffer> described_;
  std::string memory_;
};

}  // namespace mio
