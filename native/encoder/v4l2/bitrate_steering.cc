// SPDX-License-Identifier: MIT
#include "encoder/v4l2/bitrate_steering.h"

#include <algorithm>

#include "encoder/jpeg_quality.h"

namespace mio {

namespace {

/** Part of the way to go with each picture: sizes vary, and the device answers some pictures later.
 */
constexpr double kStep = 0.25;
/** One picture never changes the bitrate by more than this. */
constexpr double kMaxChange = 1.5;

}  // namespace

BitrateSteering::BitrateSteering(double pixels, double fps)
    : pixels_(pixels), fps_(fps > 0 ? fps : 30) {}

int64_t BitrateSteering::set_quality(int quality) {
  const double before = bits_per_pixel(wanted_);
  wanted_ = quality;
  // What is known about the scene stays known.
  bitrate_ = bitrate_ > 0 ? bitrate_ * bits_per_pixel(quality) / before
                          : bits_per_pixel(quality) * pixels_ * fps_;
  return static_cast<int64_t>(bitrate_);
}

int64_t BitrateSteering::measured(size_t bytes, int quality) {
  if (quality > 0) {
    const double needed =
        static_cast<double>(bytes) * 8 * fps_ * bits_per_pixel(wanted_) / bits_per_pixel(quality);
    const double next = bitrate_ + (needed - bitrate_) * kStep;
    // A device at the end of its range tells nothing more: without the bounds it would run away.
    bitrate_ = std::clamp(next, bitrate_ / kMaxChange, bitrate_ * kMaxChange);
  }
  return static_cast<int64_t>(bitrate_);
}

}  // namespace mio
