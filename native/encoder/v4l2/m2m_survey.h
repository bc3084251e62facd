// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "encoder/v4l2/m2m_discovery.h"

namespace mio {

/**
 * Asks each mem2mem device whether it would take pictures such as a Raspberry Pi's camera gives
 * them (YUV420 in one piece, lines a multiple of 64 bytes), without any camera. Nothing is encoded.
 * @param width, height pixels
 */
M2mDiscovery survey_m2m_encoders(uint32_t width, uint32_t height);

}  // namespace mio
