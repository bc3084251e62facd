// SPDX-License-Identifier: MIT
#include "pipeline/bitrate_cap.h"

#include <algorithm>

#include "encoder/jpeg_quality.h"

namespace mio {

namespace {

/** How much one picture counts: half a second at 30 frames per second. */
constexpr double kWeight = 0.07;
/** With one picture quality falls by so much at most: an overrun ends within a second, and nobody
 * sees a jump. */
constexpr int kDown = 3;
constexpr int kUp = 1;
/** A longer pause is no frame interval: nobody watched. Unless the one before was as long. Seconds.
 */
constexpr double kPause = 1;

void smooth(double &value, double sample) {
  value = value > 0 ? value + (sample - value) * kWeight : sample;
}

}  // namespace

void BitrateCap::limit(double bytes_per_second) {
  const std::lock_guard lock(mutex_);
  limit_ = bytes_per_second;
}

bool BitrateCap::is_steering() const {
  const std::lock_guard lock(mutex_);
  return limit_ > 0 || now_ != wanted_;
}

int BitrateCap::quality() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

int BitrateCap::want(int quality) {
  const std::lock_guard lock(mutex_);
  // Down at once; up only as far as it is known to be affordable.
  wanted_ = quality;
  now_ = std::min(affordable(), quality);
  return now_;
}

int BitrateCap::add(size_t bytes, int quality, int64_t timestamp) {
  const std::lock_guard lock(mutex_);
  const double passed = static_cast<double>(timestamp - last_) / 1e9;
  const bool pause = passed >= kPause;
  // Of those who asked now and then nothing is left when somebody watches.
  if (!pause && interval_ >= kPause) interval_ = 0;
  if (last_ != 0 && passed > 0 && (!pause || paused_)) smooth(interval_, passed);
  paused_ = pause;
  last_ = timestamp;
  if (quality <= 0) return now_;
  smooth(cost_, static_cast<double>(bytes) / bits_per_pixel(quality));
  now_ = std::clamp(affordable(), now_ - kDown, now_ + kUp);
  return now_;
}

/** The best quality up to the wanted one that stays within the limit. */
int BitrateCap::affordable() const {
  int quality = wanted_;
  if (limit_ <= 0 || cost_ <= 0 || interval_ <= 0) return quality;
  while (quality > 1 && cost_ * bits_per_pixel(quality) / interval_ > limit_) --quality;
  return quality;
}

}  // namespace mio
