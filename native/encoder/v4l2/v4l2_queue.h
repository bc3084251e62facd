// SPDX-License-Identifier: MIT
#pragma once

#include <linux/videodev2.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/mapping.h"
#include "encoder/v4l2/v4l2_device.h"

namespace mio {

/** One memory plane of a buffer that is queued. */
struct QueuedPlane {
  int fd = -1;             /**< V4L2_MEMORY_DMABUF only */
  uint32_t length = 0;     /**< bytes of the dma-buf */
  uint32_t bytes_used = 0; /**< with `data_offset` */
  uint32_t data_offset = 0;
};

/** A buffer that the device is done with. */
struct DoneBuffer {
  uint32_t index;
  uint32_t data_offset; /**< bytes before the data */
  uint32_t bytes_used;  /**< of data */
  bool error;           /**< V4L2_BUF_FLAG_ERROR */
  bool last;            /**< V4L2_BUF_FLAG_LAST */
  int64_t timestamp;    /**< microseconds, copied from the buffer that it was made of */
};

/**
 * One of the two queues of a mem2mem device, single-planar or multi-planar alike. The destructor
 * stops it and frees its buffers; the device must outlive it. All calls throw V4l2Error.
 */
class V4l2Queue {
 public:
  V4l2Queue(const V4l2Device &device, uint32_t type) : device_(device), type_(type) {}
  ~V4l2Queue();
  V4l2Queue(const V4l2Queue &) = delete;
  V4l2Queue &operator=(const V4l2Queue &) = delete;

  uint32_t type() const { return type_; }
  bool multiplanar() const { return V4L2_TYPE_IS_MULTIPLANAR(type_); }

  /** VIDIOC_REQBUFS. Returns how many buffers there are, which may be more or fewer than asked for.
   */
  uint32_t request(uint32_t count, v4l2_memory memory);
  /** A buffer of V4L2_MEMORY_MMAP in this process's memory. */
  Mapping map(uint32_t index) const;
  void start();
  /**
   * All buffers come back to us, done or not. False when the device is gone: what it has begun it
   * may still go on with, until it is closed.
   */
  bool stop() noexcept;

  void queue(uint32_t index, const std::vector<QueuedPlane> &planes, int64_t timestamp = 0);
  /** Empty when none is done. */
  std::optional<DoneBuffer> dequeue();

 private:
  v4l2_buffer buffer(v4l2_plane *planes) const;

  const V4l2Device &device_;
  const uint32_t type_;
  v4l2_memory memory_ = V4L2_MEMORY_MMAP;
  bool requested_ = false;
};

}  // namespace mio
