// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace mio {

/**
 * The Exif orientation (CIPA DC-008, 1-8) of a picture that is first mirrored and then turned as
 * `orientation` says: what a sensor could not do is left to the viewers.
 * @param orientation 1 upright, 6 to be turned by 90 degrees clockwise, 8 by 270
 */
inline int mirrored_orientation(int orientation, bool left_right, bool top_bottom) {
  // Rows: nothing, left and right, top and bottom, both (which is a turn by 180 degrees).
  constexpr std::array<std::array<int, 3>, 4> kTable{{{1, 6, 8}, {2, 7, 5}, {4, 5, 7}, {3, 8, 6}}};
  const size_t row = (left_right ? 1U : 0U) + (top_bottom ? 2U : 0U);
  const size_t column = orientation == 6 ? 1 : orientation == 8 ? 2 : 0;
  return kTable[row][column];
}

}  // namespace mio
