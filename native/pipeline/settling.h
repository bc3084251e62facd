// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "backend/backend.h"

namespace mio {

/**
 * Tells when a camera that has just been started shows what it sees: auto exposure begins with a
 * guess, and the first pictures are black or white. Settled is settled: light that changes later is
 * part of the picture. For one thread.
 */
class Settling {
 public:
  /** Another start. */
  void begin() { *this = {}; }

  /**
   * A picture came.
   * @param timestamp of the exposure, nanoseconds
   * @returns whether it and all that follow are settled
   */
  bool add(mio_exposure exposure, int64_t timestamp) {
    if (settled_) return true;
    if (frames_++ == 0) first_ = timestamp;
    settled_ = exposure == MIO_EXPOSURE_SETTLED ||
               (exposure == MIO_EXPOSURE_UNKNOWN && frames_ > kFrames) ||
               timestamp - first_ >= kLongest;
    return settled_;
  }

 private:
  /** What a webcam takes that does not tell, at its usual rate. */
  static constexpr int kFrames = 10;
  /** Light that flickers may never settle, and ten frames may take a minute. Nanoseconds. */
  static constexpr int64_t kLongest = 2'000'000'000;

  bool settled_ = false;
  int frames_ = 0;
  int64_t first_ = 0;
};

}  // namespace mio
