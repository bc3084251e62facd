// SPDX-License-Identifier: MIT
#include "backend/libcamera/stream_plan.h"

#include <libcamera/formats.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "backend/libcamera/sensor_modes.h"
#include "core/fault.h"

namespace mio {

namespace {

using libcamera::Camera;
using libcamera::CameraConfiguration;
using libcamera::ColorSpace;
using libcamera::Orientation;
using libcamera::PixelFormat;
using libcamera::StreamConfiguration;
using libcamera::StreamRole;

struct Format {
  PixelFormat libcamera;
  mio_format format;
};

// Best first: MJPEG needs no encoder; planar YUV goes into libjpeg as it is; NV12's chroma must be
// split; RGB must be converted. libcamera names RGB formats from the highest byte of a word down.
const std::array<Format, 7> &known_formats() {
  static const std::array<Format, 7> kFormats{{
      {libcamera::formats::MJPEG, MIO_FORMAT_MJPEG},
      {libcamera::formats::YUV420, MIO_FORMAT_YUV420},
      {libcamera::formats::YVU420, MIO_FORMAT_YVU420},
      {libcamera::formats::NV12, MIO_FORMAT_NV12},
      {libcamera::formats::NV21, MIO_FORMAT_NV21},
      {libcamera::formats::BGR888, MIO_FORMAT_RGB24},
      {libcamera::formats::RGB888, MIO_FORMAT_BGR24},
  }};
  return kFormats;
}

PixelFormat choose_format(const StreamConfiguration &stream, bool raw_only) {
  for (const PixelFormat &usable : usable_formats(stream)) {
    if (!raw_only || format_of(usable) != MIO_FORMAT_MJPEG) return usable;
  }
  std::string names;
  for (const PixelFormat &one : stream.formats().pixelformats())
    names += (names.empty() ? "" : ", ") + one.toString();
  throw FaultError("ERR_CAMERA_CONFIG",
                   "the camera offers " + names + ", none of which can be encoded");
}

Orientation orientation_of(const mio_wanted &wanted) {
  const bool mirror_x = (wanted.rotate_180 != 0) != (wanted.hflip != 0);
  const bool mirror_y = (wanted.rotate_180 != 0) != (wanted.vflip != 0);
  if (mirror_x && mirror_y) return Orientation::Rotate180;
  if (mirror_x) return Orientation::Rotate0Mirror;
  return mirror_y ? Orientation::Rotate180Mirror : Orientation::Rotate0;
}

/** JPEG is full-range BT.601; asking for anything else would need a conversion for each frame. */
void ask_for_jpeg_colours(StreamConfiguration &stream) {
  const mio_format format = format_of(stream.pixelFormat);
  if (format == MIO_FORMAT_MJPEG) return;
  stream.colorSpace = mio_is_rgb(format) != 0 ? ColorSpace::Srgb : ColorSpace::Sycc;
}

}  // namespace

mio_format format_of(const PixelFormat &format) {
  for (const Format &known : known_formats()) {
    if (known.libcamera == format) return known.format;
  }
  throw FaultError("ERR_CAMERA_CONFIG",
                   "the camera gives only " + format.toString() + ", which cannot be encoded");
}

std::vector<PixelFormat> usable_formats(const StreamConfiguration &stream) {
  const std::vector<PixelFormat> offered = stream.formats().pixelformats();
  std::vector<PixelFormat> usable;
  for (const Format &known : known_formats()) {
    if (std::find(offered.begin(), offered.end(), known.libcamera) != offered.end())
      usable.push_back(known.libcamera);
  }
  return usable;
}

std::pair<bool, bool> undone_mirrors(const mio_wanted &wanted, Orientation got) {
  // Both are of `orientation_of`'s kind, or the camera is mounted on its side and no mirror helps.
  const auto mirrors = [](Orientation o) {
    const bool turned = o == Orientation::Rotate180;
    return std::pair(turned || o == Orientation::Rotate0Mirror,
                     turned || o == Orientation::Rotate180Mirror);
  };
  const auto [x, y] = mirrors(orientation_of(wanted));
  const auto [got_x, got_y] = mirrors(got);
  return {x != got_x, y != got_y};
}

bool is_full_range(const StreamConfiguration &stream) {
  const mio_format format = format_of(stream.pixelFormat);
  return format == MIO_FORMAT_MJPEG || mio_is_rgb(format) != 0 ||
         (stream.colorSpace && stream.colorSpace->range == ColorSpace::Range::Full);
}

std::unique_ptr<CameraConfiguration> plan_stream(Camera &camera, const mio_wanted &wanted,
                                                 const mio_sensor_mode *sensor) {
  // A still's own size is the sensor's.
  const bool still = wanted.full_size != 0;
  auto plan =
      camera.generateConfiguration({still ? StreamRole::StillCapture : StreamRole::VideoRecording});
  if (!plan || plan->empty()) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera has no video stream");
  }
  StreamConfiguration &stream = plan->at(0);
  const PixelFormat format = choose_format(stream, wanted.raw_only != 0);
  stream.pixelFormat = format;
  if (!still && wanted.width != 0) stream.size = {wanted.width, wanted.height};
  if (wanted.buffer_count != 0) stream.bufferCount = wanted.buffer_count;
  ask_for_jpeg_colours(stream);
  plan->orientation = orientation_of(wanted);
  if (sensor != nullptr) plan->sensorConfig = sensor_configuration(*sensor);
  if (plan->validate() == CameraConfiguration::Invalid) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera has no mode near " + stream.toString());
  }
  if (stream.pixelFormat != format) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera gives only " + stream.toString());
  }
  return plan;
}

namespace {

bool same_picture(const StreamConfiguration &a, const StreamConfiguration &b) {
  return a.pixelFormat == b.pixelFormat && a.size == b.size;
}

/** `plain`'s stream, and a second one that is still to be described. Null: there is none. */
std::unique_ptr<CameraConfiguration> plan_two(Camera &camera, const CameraConfiguration &plain,
                                              StreamRole second) {
  const StreamConfiguration &wanted = plain.at(0);
  auto plan = camera.generateConfiguration({StreamRole::VideoRecording, second});
  if (!plan || plan->size() != 2) return nullptr;
  StreamConfiguration &video = plan->at(0);
  video.pixelFormat = wanted.pixelFormat;
  video.size = wanted.size;
  video.bufferCount = wanted.bufferCount;
  video.colorSpace = wanted.colorSpace;
  plan->at(1).pixelFormat = wanted.pixelFormat;
  ask_for_jpeg_colours(plan->at(1));
  plan->orientation = plain.orientation;
  plan->sensorConfig = plain.sensorConfig;
  return plan;
}

/** Whether the first of two streams is what `plain`'s only one is. */
bool validate_two(CameraConfiguration &plan, const CameraConfiguration &plain) {
  return plan.validate() != CameraConfiguration::Invalid && plan.size() == 2 &&
         same_picture(plan.at(0), plain.at(0));
}

}  // namespace

std::unique_ptr<CameraConfiguration> plan_with_still(Camera &camera,
                                                     const CameraConfiguration &plain) {
  auto plan = plan_two(camera, plain, StreamRole::StillCapture);
  if (!plan) return nullptr;
  const StreamConfiguration still = plan->at(1);
  const bool as_wanted = validate_two(*plan, plain) && same_picture(plan->at(1), still);
  return as_wanted ? std::move(plan) : nullptr;
}

std::unique_ptr<CameraConfiguration> plan_with_raw(Camera &camera, const CameraConfiguration &plain,
                                                   libcamera::Size size) {
  if (!mio_is_yuv(format_of(plain.at(0).pixelFormat))) return nullptr;
  auto plan = plan_two(camera, plain, StreamRole::Viewfinder);
  if (!plan) return nullptr;
  StreamConfiguration &raw = plan->at(1);
  raw.size = size;
  // As many as the first has: each of its requests may bring one along.
  raw.bufferCount = plan->at(0).bufferCount;
  if (!validate_two(*plan, plain)) return nullptr;
  const libcamera::Size most = plan->at(0).size;
  const bool fits = raw.size.width <= most.width && raw.size.height <= most.height;
  return fits && mio_is_yuv(format_of(raw.pixelFormat)) ? std::move(plan) : nullptr;
}

}  // namespace mio
