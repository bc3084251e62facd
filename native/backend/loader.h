// SPDX-License-Identifier: MIT
#pragma once

#include "backend/backend.h"

namespace mio {

/**
 * The backend for the libcamera that this machine has: tries the `libcamera-<soname>.so` beside the
 * addon, newest first; the dynamic linker checks the soname. Once loaded it stays loaded. One
 * caller at a time.
 * @throws FaultError `ERR_LIBCAMERA_UNAVAILABLE` with what was tried and why it failed
 */
const mio_backend *load_libcamera_backend();

}  // namespace mio
