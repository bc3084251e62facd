// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/framebuffer.h>
#include <libcamera/stream.h>

#include <string>

#include "backend/backend.h"
#include "backend/libcamera/buffers.h"

namespace mio {

/** A stream as it was set, but for its rate. Points into `buffers` and `format_name`. */
mio_configuration describe(const libcamera::StreamConfiguration &stream,
                           const CaptureBuffers &buffers, const std::string &format_name);

/** What was captured into a buffer. */
mio_picture describe(const libcamera::FrameBuffer &buffer, mio_exposure exposure);

}  // namespace mio
