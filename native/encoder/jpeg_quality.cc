// SPDX-License-Identifier: MIT
#include "encoder/jpeg_quality.h"

#include <algorithm>
#include <array>

namespace mio {

namespace {

/** The sum of the luminance table of ITU-T T.81 annex K.1, which is libjpeg's quality 50. */
constexpr double kSumAt50 = 3688;

struct Point {
  double quality, bits;
};

/** Rules of thumb: photographs, 1-2 megapixels. Only the proportions matter once a scene has been measured. */
constexpr std::array<Point, 9> kCurve{{{1, 0.12},
                                       {10, 0.25},
                                       {25, 0.45},
                                       {50, 0.75},
                                       {75, 1.15},
                                       {85, 1.6},
                                       {90, 2.1},
                                       {95, 3.0},
                                       {100, 6.0}}};

}  // namespace

int jpeg_quality(const uint8_t *data, size_t size) {
  for (size_t at = 2; at + 4 <= size && data[at] == 0xff && data[at + 1] != 0xda;) {
    const size_t length = static_cast<size_t>(data[at + 2]) << 8 | data[at + 3];
    // DQT with an 8-bit table 0 first, as encoders write it.
    if (data[at + 1] == 0xdb && length >= 67 && at + 2 + length <= size && data[at + 4] == 0) {
      double sum = 0;
      for (size_t i = 0; i < 64; ++i) sum += data[at + 5 + i];
      // libjpeg's scaling: 5000 / q below 50, 200 - 2 q from there on, in percent of the standard table.
      const double percent = sum / kSumAt50 * 100;
      const double quality = percent > 100 ? 5000 / percent : (200 - percent) / 2;
      return std::clamp(static_cast<int>(quality + 0.5), 1, 100);
    }
    at += 2 + length;
  }
  return 0;
}

double bits_per_pixel(double quality) {
  quality = std::clamp(quality, 1.0, 100.0);
  size_t i = 1;
  while (kCurve[i].quality < quality) ++i;
  const Point &a = kCurve[i - 1];
  const Point &b = kCurve[i];
  return a.bits + (b.bits - a.bits) * (quality - a.quality) / (b.quality - a.quality);
}

}  // namespace mio
