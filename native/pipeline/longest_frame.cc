// SPDX-License-Identifier: MIT
#include "pipeline/longest_frame.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace mio {

namespace {

// libcamera gives all three in microseconds.
// https://libcamera.org/api-html/namespacelibcamera_1_1controls.html
constexpr std::array<std::string_view, 3> kDurations{"FrameDurationLimits", "FrameDuration",
                                                     "ExposureTime"};

}  // namespace

std::chrono::microseconds longest_frame(const OpenedCamera &camera) {
  double longest = 0;
  camera.metadata(
      [](void *context, const char *name, const mio_value *value) {
        if (std::find(kDurations.begin(), kDurations.end(), name) == kDurations.end()) return;
        auto *most = static_cast<double *>(context);
        for (size_t i = 0; i < value->number_count; ++i) *most = std::max(*most, value->numbers[i]);
      },
      &longest);
  return std::chrono::microseconds(static_cast<int64_t>(longest));
}

}  // namespace mio
