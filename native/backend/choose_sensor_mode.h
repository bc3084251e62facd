// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.h"

namespace mio {

/** Marks the modes that read as much of the sensor as any of them does, a few lines more or less.
 */
void mark_full_field_of_view(std::vector<mio_sensor_mode> &modes);

/**
 * The mode for a picture of this size at this rate. The rate comes first, because it was asked for;
 * of the modes that reach it, one that sees the most; of those, the smallest that needs no
 * enlarging, with the deeper pixels. libcamera's own choice goes by size alone: a Camera Module 3
 * would show 1280x720 from the middle of its sensor.
 * @returns null when there are no modes
 */
const mio_sensor_mode *choose_sensor_mode(const std::vector<mio_sensor_mode> &modes, uint32_t width,
                                          uint32_t height, double fps);

}  // namespace mio
