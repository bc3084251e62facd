// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>

#include "backend/backend.h"

namespace mio {

/**
 * The formats and sizes of pictures that a camera can stream, then its sensor modes. It need not be
 * acquired.
 */
void describe_offers(libcamera::Camera &camera, void (*each)(void *context, const mio_offer *offer),
                     void *context);

}  // namespace mio
