// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>

#include <vector>

#include "backend/backend.h"

namespace mio {

/**
 * The sensor's modes, with what each reads and how fast; empty where the pipeline has no raw
 * streams. What a mode crops is only known once it is configured, so each is, for a moment: the
 * camera must be acquired and stopped, and has no configuration worth keeping afterwards.
 */
std::vector<mio_sensor_mode> probe_sensor_modes(libcamera::Camera &camera);

/** What libcamera takes to choose a mode. */
libcamera::SensorConfiguration sensor_configuration(const mio_sensor_mode &mode);

/** Bits of a pixel of a raw format, e.g. 10 of `SRGGB10_CSI2P`; 0: it is no raw format. */
uint32_t raw_bit_depth(const std::string &format);

}  // namespace mio
