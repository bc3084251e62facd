// SPDX-License-Identifier: MIT
#include "backend/libcamera/describe.h"

#include <algorithm>

#include "backend/libcamera/stream_plan.h"
#include "core/clock.h"

namespace mio {

namespace {

/**
 * `FrameStartup` of libcamera 0.5.2 and newer: a whole picture of a sensor that has only just been
 * started. A Pi gives some of them with each start, and at a low rate they take longer than a
 * camera that gives nothing else may.
 */
bool is_startup(libcamera::FrameMetadata::Status status) {
  return status > libcamera::FrameMetadata::FrameCancelled;
}

}  // namespace

mio_configuration describe(const libcamera::StreamConfiguration &stream,
                           const CaptureBuffers &buffers, const std::string &format_name) {
  mio_configuration described{};
  described.width = stream.size.width;
  described.height = stream.size.height;
  described.format = format_of(stream.pixelFormat);
  described.format_name = format_name.c_str();
  described.full_range = is_full_range(stream) ? 1 : 0;
  described.memory = buffers.memory().c_str();
  described.buffer_count = static_cast<uint32_t>(buffers.described().size());
  described.buffers = buffers.described().data();
  return described;
}

mio_picture describe(const libcamera::FrameBuffer &buffer, mio_exposure exposure) {
  const libcamera::FrameMetadata &metadata = buffer.metadata();
  const bool startup = is_startup(metadata.status);
  mio_picture picture{};
  picture.buffer = static_cast<uint32_t>(buffer.cookie());
  picture.ok = startup || metadata.status == libcamera::FrameMetadata::FrameSuccess ? 1 : 0;
  picture.exposure = startup ? MIO_EXPOSURE_SEARCHING : exposure;
  picture.sequence = metadata.sequence;
  picture.timestamp =
      metadata.timestamp != 0 ? static_cast<int64_t>(metadata.timestamp) : monotonic_ns();
  const auto &planes = metadata.planes();
  for (size_t i = 0; i < std::min<size_t>(planes.size(), MIO_MAX_PLANES); ++i) {
    picture.bytes_used[i] = planes[i].bytesused;
  }
  return picture;
}

}  // namespace mio
