// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mio::test {

struct Rgb {
  int r, g, b;
};

/** A decoded picture, to be looked at. */
struct Decoded {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> rgb;

  Rgb at(int x, int y) const {
    const uint8_t *p = &rgb[(static_cast<size_t>(y) * width + x) * 3];
    return {p[0], p[1], p[2]};
  }
};

/** Fails the test and gives an empty picture when the JPEG cannot be decoded without a warning. */
Decoded decode(const uint8_t *jpeg, size_t size);

/** Whether each channel is within `tolerance`. */
bool near(Rgb a, Rgb b, int tolerance = 12);

}  // namespace mio::test
