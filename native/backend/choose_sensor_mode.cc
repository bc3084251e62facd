// SPDX-License-Identifier: MIT
#include "backend/choose_sensor_mode.h"

#include <algorithm>
#include <tuple>

namespace mio {

namespace {

/** A binned mode may leave out a few lines at the edge, and a rate of 29.9 is 30. */
constexpr double kNearly = 0.98;
/** More bits than the ISPs of a Pi make use of in a JPEG only take bandwidth. */
constexpr uint32_t kUsefulBits = 12;

double area(const mio_rectangle &r) { return static_cast<double>(r.width) * r.height; }

/** How good a mode is, the most important first. */
auto merit(const mio_sensor_mode &mode, uint32_t width, uint32_t height, double fps) {
  const double rate = mode.max_fps <= 0 || mode.max_fps >= fps * kNearly ? fps : mode.max_fps;
  const bool covers = mode.width >= width && mode.height >= height;
  const double pixels = static_cast<double>(mode.width) * mode.height;
  return std::tuple(rate, mode.full_field_of_view != 0, area(mode.crop), covers,
                    covers ? -pixels : pixels,
                    mode.bit_depth <= kUsefulBits ? static_cast<int>(mode.bit_depth) : -1);
}

}  // namespace

void mark_full_field_of_view(std::vector<mio_sensor_mode> &modes) {
  double most = 0;
  for (const mio_sensor_mode &mode : modes) most = std::max(most, area(mode.crop));
  for (mio_sensor_mode &mode : modes)
    mode.full_field_of_view = most > 0 && area(mode.crop) >= most * kNearly ? 1 : 0;
}

const mio_sensor_mode *choose_sensor_mode(const std::vector<mio_sensor_mode> &modes, uint32_t width,
                                          uint32_t height, double fps) {
  const auto best = std::max_element(modes.begin(), modes.end(), [&](const auto &a, const auto &b) {
    return merit(a, width, height, fps) < merit(b, width, height, fps);
  });
  return best == modes.end() ? nullptr : &*best;
}

}  // namespace mio
