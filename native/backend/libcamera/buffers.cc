// SPDX-License-Identifier: MIT
#include "backend/libcamera/buffers.h"

#include <fcntl.h>
#include <libcamera/formats.h>
#include <libcamera/framebuffer.h>
#include <libcamera/stream.h>
#include <linux/dma-heap.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>

#include "core/fault.h"
#include "core/unique_fd.h"

namespace mio {

namespace {

using libcamera::FrameBuffer;
using libcamera::SharedFD;
using libcamera::StreamConfiguration;

// In the order in which rpicam-apps tries them; `system` is what a PC has.
constexpr std::array<const char *, 3> kHeaps{"vidbuf_cached", "linux,cma", "system"};

bool is_rgb(const libcamera::PixelFormat &format) {
  return format == libcamera::formats::RGB888 || format == libcamera::formats::BGR888;
}

bool is_semi_planar(const libcamera::PixelFormat &format) {
  return format == libcamera::formats::NV12 || format == libcamera::formats::NV21;
}

/** Strides of the planes; libcamera tells the first one's only. */
std::vector<uint32_t> strides_of(const StreamConfiguration &configuration) {
  const uint32_t stride = configuration.stride;
  if (configuration.pixelFormat == libcamera::formats::MJPEG) return {0};
  if (is_rgb(configuration.pixelFormat)) return {stride};
  if (is_semi_planar(configuration.pixelFormat)) return {stride, stride};
  return {stride, stride / 2, stride / 2};
}

/** The planes of one picture that lies in one piece in `fd`. */
std::vector<FrameBuffer::Plane> planes_in(const SharedFD &fd,
                                          const StreamConfiguration &configuration) {
  std::vector<FrameBuffer::Plane> planes;
  uint32_t offset = 0;
  for (const uint32_t stride : strides_of(configuration)) {
    const uint32_t lines =
        planes.empty() ? configuration.size.height : (configuration.size.height + 1) / 2;
    FrameBuffer::Plane plane;
    plane.fd = fd;
    plane.offset = offset;
    plane.length = stride * lines;
    offset += plane.length;
    planes.push_back(plane);
  }
  // The driver's size may have padding behind the last line, and V4L2 refuses a shorter buffer.
  if (configuration.frameSize > offset) planes.back().length += configuration.frameSize - offset;
  return planes;
}

UniqueFd allocate(int heap, size_t bytes) {
  dma_heap_allocation_data request{};
  request.len = bytes;
  request.fd_flags = O_RDWR | O_CLOEXEC;
  if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &request) < 0) return {};
  return UniqueFd(static_cast<int>(request.fd));
}

}  // namespace

CaptureBuffers::CaptureBuffers(const std::shared_ptr<libcamera::Camera> &camera,
                               const StreamConfiguration &configuration, size_t most) {
  // A webcam's JPEGs lie in the driver's own cached memory already.
  const bool raw = configuration.pixelFormat != libcamera::formats::MJPEG;
  const size_t count = std::min<size_t>(configuration.bufferCount, most);
  if (!raw || !from_heap(configuration, count)) from_allocator(camera, configuration.stream());

  const std::vector<uint32_t> strides = strides_of(configuration);
  for (FrameBuffer *buffer : all_) {
    buffer->setCookie(described_.size());
    mio_buffer description{};
    const auto &planes = buffer->planes();
    // libcamera 0.4's virtual camera has a third, empty plane for NV12.
    description.plane_count = static_cast<uint32_t>(std::min(planes.size(), strides.size()));
    for (uint32_t i = 0; i < description.plane_count; ++i) {
      description.planes[i] = {planes[i].fd.get(), planes[i].offset, planes[i].length, strides[i]};
    }
    described_.push_back(description);
  }
}

bool CaptureBuffers::from_heap(const StreamConfiguration &configuration, size_t count) {
  for (const char *name : kHeaps) {
    const UniqueFd heap(open((std::string("/dev/dma_heap/") + name).c_str(), O_RDWR | O_CLOEXEC));
    if (!heap.valid()) continue;
    own_.clear();
    all_.clear();
    while (own_.size() < count) {
      UniqueFd memory = allocate(heap.get(), configuration.frameSize);
      if (!memory.valid()) break;
      const SharedFD shared(memory.release());
      own_.push_back(std::make_unique<FrameBuffer>(planes_in(shared, configuration)));
      all_.push_back(own_.back().get());
    }
    if (own_.size() == count) {
      memory_ = std::string("dma-heap ") + name;
      return true;
    }
  }
  own_.clear();
  all_.clear();
  return false;
}

void CaptureBuffers::from_allocator(const std::shared_ptr<libcamera::Camera> &camera,
                                    libcamera::Stream *stream) {
  allocator_ = std::make_unique<libcamera::FrameBufferAllocator>(camera);
  const int allocated = allocator_->allocate(stream);
  if (allocated <= 0) {
    throw FaultError("ERR_NO_BUFFERS",
                     "libcamera could not allocate buffers: " + errno_text(allocated));
  }
  for (const auto &buffer : allocator_->buffers(stream)) all_.push_back(buffer.get());
  memory_ = "allocator";
}

}  // namespace mio
