// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"

namespace mio {

/**
 * The built-in test camera. It has buffers, sequence numbers and timestamps like a real one and
 * takes the same way through encoder, pool and hub. Unlike a real one it can be opened several
 * times.
 */
const mio_backend *synthetic_backend();

}  // namespace mio
