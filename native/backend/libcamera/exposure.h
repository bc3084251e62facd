// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/controls.h>

#include "backend/backend.h"

namespace mio {

/**
 * Whether auto exposure has found its level, from a picture's metadata: `AeState` (libcamera 0.5
 * and newer, and a draft before) or `AeLocked` (0.4), whichever the pipeline reports.
 */
mio_exposure exposure_of(const libcamera::ControlList &metadata);

}  // namespace mio
