// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace mio {

/**
 * Finds the bitrate at which an encoder that knows only bitrates gives pictures of a wanted
 * quality.
 *
 * Each picture tells the quality it has by its quantization tables, and its size what that quality
 * costs with this scene. From both follows what the wanted quality will cost. A busy scene gets
 * more bits then and an empty wall fewer, as with a quality control.
 */
class BitrateSteering {
 public:
  /** @param fps what the device takes its bitrate to be for; 0: unknown, 30 is assumed */
  BitrateSteering(double pixels, double fps);

  /** Returns bits per second to begin with, by experience with natural scenes. */
  int64_t set_quality(int quality);

  /** @param quality of that picture; 0 when it is unknown, and then nothing changes. Returns bits
   * per second. */
  int64_t measured(size_t bytes, int quality);

 private:
  const double pixels_;
  const double fps_;
  int wanted_ = 80;
  double bitrate_ = 0;
};

}  // namespace mio
