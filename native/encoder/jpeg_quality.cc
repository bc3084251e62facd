// SPDX-License-Identifier: MIT
#include "encoder/jpeg_quality.h"

#include <algorithm>
#include <array>

namespace mio {

namespace {

/** The luminance table of ITU-T T.81 annex K.1, which is libjpeg's quality 50. */
constexpr std::array<int, 64> kLuminance{
    16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
    14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
    18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99};

/** The sum of that table at a quality, scaled and cut off as libjpeg does. */
int table_sum(int quality) {
  const int percent = quality < 50 ? 5000 / quality : 200 - quality * 2;
  int sum = 0;
  for (const int one : kLuminance) sum += std::clamp((one * percent + 50) / 100, 1, 255);
  return sum;
}

struct Point {
  double quality, bits;
};

/** Rules of thumb: photographs, 1-2 megapixels. Only the proportions matter once a scene has been
 * measured. */
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
      int sum = 0;
      for (size_t i = 0; i < 64; ++i) sum += data[at + 5 + i];
      // Sums fall as quality rises.
      int quality = 100;
      while (quality > 1 && table_sum(quality) < sum) --quality;
      return quality;
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
