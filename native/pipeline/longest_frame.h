// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

#include "backend/opened_camera.h"

namespace mio {

/**
 * The longest time from one picture to the next as the camera is set now, whoever has set it: by
 * its `FrameDurationLimits`, `FrameDuration` and `ExposureTime`. 0: it tells none of them.
 */
std::chrono::microseconds longest_frame(const OpenedCamera &camera);

}  // namespace mio
