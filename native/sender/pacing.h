// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace mio {

/**
 * Lowers a viewer's frame rate by a schedule: each frame taken moves the next due time on by
 * exactly one period, so that the average is right for any pair of rates. The twin of
 * lib/stream/pacing.ts.
 */
class Pacing {
 public:
  /** @param fps frames per second at most; infinity takes every frame */
  explicit Pacing(double fps) : period_(1e9 / fps) {}

  /** Whether the frame exposed at `time`, nanoseconds of any clock, is due. */
  bool is_due(int64_t time) const {
    const auto t = static_cast<double>(time);
    // A sensor's clock wanders a little: a frame up to 5 % of a period early is the one that was
    // meant. A frame from long before comes from another clock.
    return t >= due_ - period_ * 0.05 || t < due_ - period_ * 2;
  }

  /** Counts the frame exposed at `time` as taken. */
  void take(int64_t time) {
    const auto t = static_cast<double>(time);
    due_ += period_;
    // After a gap, start afresh instead of catching up with a burst.
    if (!(std::abs(due_ - t) <= period_ * 1.05)) due_ = t + period_;
  }

 private:
  double period_;
  double due_ = -std::numeric_limits<double>::infinity();
};

}  // namespace mio
