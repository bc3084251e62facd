// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace mio {

/**
 * Keeps a stream below a number of bytes per second by lowering quality, a little with each
 * picture, and raises it again up to the wanted one. Each picture tells by its tables which quality
 * it has and by its size what the scene costs, so nothing swings: what a quality will cost is known
 * before it is set.
 */
class BitrateCap {
 public:
  /** @param limit bytes per second; 0: no limit */
  BitrateCap(double limit, int quality) : limit_(limit), wanted_(quality), now_(quality) {}

  /** Another limit. Quality goes there bit by bit. */
  void limit(double bytes_per_second);

  /** Whether it wants to know of pictures: with a limit, or on the way back from one. */
  bool is_steering() const;

  /** What is encoded with now. */
  int quality() const;

  /** Another wanted quality, 1-100. Returns what to encode with. */
  int want(int quality);

  /**
   * A JPEG was made.
   * @param quality   of it; 0: unknown, then it does not count
   * @param timestamp nanoseconds
   * @returns what to encode the next one with
   */
  int add(size_t bytes, int quality, int64_t timestamp);

 private:
  int affordable() const;

  mutable std::mutex mutex_;
  double limit_;
  int wanted_;
  int now_;
  /** Smoothed: bytes for each bit per pixel that the quality costs with an average scene. */
  double cost_ = 0;
  /** Smoothed: seconds. */
  double interval_ = 0;
  int64_t last_ = 0;
  bool paused_ = false;
};

}  // namespace mio
