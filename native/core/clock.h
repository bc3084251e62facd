// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <ctime>

namespace mio {

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;

inline int64_t now_ns(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return t.tv_sec * kNanosPerSecond + t.tv_nsec;
}

/** CLOCK_MONOTONIC, the clock of V4L2 buffer timestamps and of `process.hrtime()`. */
inline int64_t monotonic_ns() { return now_ns(CLOCK_MONOTONIC); }

/** The wall clock at the instant `monotonic`, by the distance between the two clocks now. */
inline int64_t wall_ns(int64_t monotonic) {
  return now_ns(CLOCK_REALTIME) - (monotonic_ns() - monotonic);
}

}  // namespace mio
