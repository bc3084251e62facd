// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace mio {

/** Frames per second over the last two seconds. */
class RateMeter {
 public:
  /** A frame at `time`, CLOCK_MONOTONIC, nanoseconds. */
  void add(int64_t time) {
    const std::lock_guard lock(mutex_);
    times_[next_++ % times_.size()] = time;
  }

  double per_second(int64_t now) const {
    constexpr int64_t kWindow = 2'000'000'000;
    const std::lock_guard lock(mutex_);
    const size_t known = next_ < times_.size() ? next_ : times_.size();
    size_t frames = 0;
    int64_t newest = 0;
    int64_t oldest = 0;
    for (; frames < known; ++frames) {
      const int64_t time = times_[(next_ - 1 - frames) % times_.size()];
      if (time < now - kWindow) break;
      if (frames == 0) newest = time;
      oldest = time;
    }
    if (frames < 2 || newest == oldest) return 0;
    return static_cast<double>(frames - 1) * 1e9 / static_cast<double>(newest - oldest);
  }

 private:
  mutable std::mutex mutex_;
  std::array<int64_t, 256> times_{};
  size_t next_ = 0;
};

}  // namespace mio
