// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "core/slot_pool.h"
#include "encoder/encoder.h"
#include "encoder/mapped_buffers.h"
#include "pipeline/raw_packing.h"

namespace mio {

/** One raw frame in its slot. */
struct RawFrame {
  Slot slot;
  RawFormat format;
  uint32_t width, height;
  uint64_t sequence; /**< the camera's */
  int64_t timestamp; /**< of the exposure, CLOCK_MONOTONIC, nanoseconds */
};

/**
 * Copies pictures out of the camera's buffers into slots, on a thread of its own. The camera has
 * few buffers, and reading them takes DMA_BUF_IOCTL_SYNC: whoever held one would hold up the camera
 * and everybody else. A copy of its own may be held for as long as one likes.
 */
class RawCopier {
 public:
  /** The camera may have its buffer back. Any thread. */
  using Done = std::function<void(uint32_t buffer)>;
  using Made = std::function<void(RawFrame frame)>;

  /**
   * @param pool slots of `raw_bytes`
   * @throws FaultError `ERR_NO_BUFFERS`
   */
  RawCopier(const EncoderInput &input, RawFormat format, std::shared_ptr<SlotPool> pool, Done done,
            Made made);
  ~RawCopier() { stop(); }
  RawCopier(const RawCopier &) = delete;
  RawCopier &operator=(const RawCopier &) = delete;

  /** Never blocks. False while it copies, and when all slots are lent: then nothing was taken. */
  bool submit(const mio_picture &picture);

  /** Finishes what was submitted. When it returns, nothing is called and nothing will be. */
  void stop();

 private:
  struct Job {
    mio_picture picture;
    Slot slot;
  };
  void work();

  const uint32_t width_, height_;
  const mio_format from_;
  const RawFormat to_;
  const MappedBuffers buffers_;
  const std::shared_ptr<SlotPool> pool_;
  const Done done_;
  const Made made_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Job> job_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mio
