// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace mio {

/** A camera's buffers while several read them at once: the last reader gives one back. */
class SharedBuffers {
 public:
  /** @param give_back called from any thread */
  explicit SharedBuffers(std::function<void(uint32_t buffer)> give_back)
      : give_back_(std::move(give_back)) {}

  /** Others, held by nobody. Nothing else runs meanwhile. */
  void reset(size_t count) { holders_ = std::vector<std::atomic<uint32_t>>(count); }

  void hold(uint32_t buffer) { holders_[buffer].fetch_add(1, std::memory_order_relaxed); }

  void drop(uint32_t buffer) {
    // Release: what this holder has read comes before what the camera writes next.
    if (holders_[buffer].fetch_sub(1, std::memory_order_acq_rel) == 1) give_back_(buffer);
  }

 private:
  const std::function<void(uint32_t)> give_back_;
  std::vector<std::atomic<uint32_t>> holders_;
};

}  // namespace mio
