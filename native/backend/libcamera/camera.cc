// SPDX-License-Identifier: MIT
#include "backend/libcamera/camera.h"

#include <libcamera/control_ids.h>
#include <libcamera/formats.h>
#include <libcamera/stream.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <utility>

#include "backend/libcamera/controls.h"
#include "core/clock.h"
#include "core/fault.h"

namespace mio {

namespace {

using libcamera::CameraConfiguration;
using libcamera::ControlList;
using libcamera::ControlValue;
using libcamera::Orientation;
using libcamera::PixelFormat;
using libcamera::Request;
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

const Format &choose_format(const StreamConfiguration &stream, bool raw_only) {
  const std::vector<PixelFormat> offered = stream.formats().pixelformats();
  std::string names;
  for (const PixelFormat &one : offered) names += (names.empty() ? "" : ", ") + one.toString();
  for (const Format &known : known_formats()) {
    if (raw_only && known.format == MIO_FORMAT_MJPEG) continue;
    if (std::find(offered.begin(), offered.end(), known.libcamera) != offered.end()) return known;
  }
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

/** Whether the mirrors differ, left and right and top and bottom. Both orientations are of
 * `orientation_of`'s kind, or the camera is mounted on its side and no mirror helps. */
std::pair<bool, bool> differ(Orientation wanted, Orientation got) {
  const auto mirrors = [](Orientation o) {
    const bool turned = o == Orientation::Rotate180;
    return std::pair(turned || o == Orientation::Rotate0Mirror,
                     turned || o == Orientation::Rotate180Mirror);
  };
  return {mirrors(wanted).first != mirrors(got).first,
          mirrors(wanted).second != mirrors(got).second};
}

/** Throws when libcamera says that an operation failed. */
void check(int result, const char *what) {
  if (result >= 0) return;
  const char *code = result == -ENODEV                       ? "ERR_CAMERA_UNPLUGGED"
                     : result == -EBUSY                      ? "ERR_CAMERA_BUSY"
                     : result == -EACCES || result == -EPERM ? "ERR_PERMISSION"
                     : result == -ENOMEM                     ? "ERR_NO_BUFFERS"
                                                             : "ERR_CAMERA";
  throw FaultError(code, std::string(what) + ": " + errno_text(result));
}

}  // namespace

LibcameraCamera::LibcameraCamera(std::shared_ptr<libcamera::Camera> camera,
                                 const mio_observer &observer)
    : camera_(std::move(camera)), observer_(observer) {
  check(camera_->acquire(), "libcamera could not take the camera for this process");
  // This is no libcamera::Object, so both run at once on libcamera's own thread.
  camera_->requestCompleted.connect(this, &LibcameraCamera::on_completed);
  camera_->disconnected.connect(this, &LibcameraCamera::on_disconnected);
}

LibcameraCamera::~LibcameraCamera() {
  stop();
  camera_->requestCompleted.disconnect(this);
  camera_->disconnected.disconnect(this);
  requests_.clear();
  buffers_.reset();
  // -EBUSY after an unplug between start and the first request; dropping the reference is all there
  // is.
  camera_->release();
}

mio_configuration LibcameraCamera::configure(const mio_wanted &wanted) {
  requests_.clear();
  buffers_.reset();
  configuration_ = camera_->generateConfiguration({StreamRole::VideoRecording});
  if (!configuration_ || configuration_->empty()) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera has no video stream");
  }
  StreamConfiguration &stream = configuration_->at(0);
  const Format &format = choose_format(stream, wanted.raw_only != 0);
  stream.pixelFormat = format.libcamera;
  if (wanted.width != 0) stream.size = {wanted.width, wanted.height};
  if (wanted.buffer_count != 0) stream.bufferCount = wanted.buffer_count;
  // JPEG is full-range BT.601; asking for anything else would need a conversion for each frame.
  if (format.format != MIO_FORMAT_MJPEG) {
    stream.colorSpace =
        mio_is_rgb(format.format) != 0 ? libcamera::ColorSpace::Srgb : libcamera::ColorSpace::Sycc;
  }
  configuration_->orientation = orientation_of(wanted);
  if (configuration_->validate() == CameraConfiguration::Invalid) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera has no mode near " + stream.toString());
  }
  if (stream.pixelFormat != format.libcamera) {
    throw FaultError("ERR_CAMERA_CONFIG", "the camera gives only " + stream.toString());
  }
  check(camera_->configure(configuration_.get()), "libcamera could not configure the camera");

  const double fps = plan_frame_rate(wanted);
  buffers_ = std::make_unique<CaptureBuffers>(camera_, stream);
  make_requests();
  format_name_ = stream.pixelFormat.toString();
  const bool full_range =
      format.format == MIO_FORMAT_MJPEG || mio_is_rgb(format.format) != 0 ||
      (stream.colorSpace && stream.colorSpace->range == libcamera::ColorSpace::Range::Full);
  const auto [undone_hflip, undone_vflip] =
      differ(orientation_of(wanted), configuration_->orientation);
  return {stream.size.width,
          stream.size.height,
          fps,
          format.format,
          format_name_.c_str(),
          full_range ? 1 : 0,
          buffers_->memory().c_str(),
          static_cast<uint32_t>(buffers_->described().size()),
          buffers_->described().data(),
          undone_hflip ? 1 : 0,
          undone_vflip ? 1 : 0};
}

/** Frame durations in microseconds, where the camera has that control. Returns the rate that was
 * set. */
double LibcameraCamera::plan_frame_rate(const mio_wanted &wanted) {
  const libcamera::ControlId *limits = find_control(camera_->controls(), "FrameDurationLimits");
  if (limits == nullptr || wanted.fps <= 0) return 0;
  const ControlValueView shortest(camera_->controls().at(limits).min());
  const ControlValueView longest(camera_->controls().at(limits).max());
  const auto within = [&](double duration) {
    if (shortest.get().number_count > 0) duration = std::max(duration, shortest.get().numbers[0]);
    if (longest.get().number_count > 0) duration = std::min(duration, longest.get().numbers[0]);
    return duration;
  };
  const double least = within(1e6 / wanted.fps);
  const double most = within(1e6 / (wanted.min_fps > 0 ? wanted.min_fps : wanted.fps));
  const std::array<double, 2> durations{std::round(least), std::round(std::max(least, most))};
  lasting_[limits->id()] = make_control_value(
      *limits, {MIO_VALUE_INTEGER, 1, durations.size(), durations.data(), nullptr});
  return 1e6 / least;
}

void LibcameraCamera::make_requests() {
  for (libcamera::FrameBuffer *buffer : buffers_->all()) {
    auto request = camera_->createRequest(buffer->cookie());
    if (!request) throw FaultError("ERR_CAMERA", "libcamera made no request");
    check(request->addBuffer(configuration_->at(0).stream(), buffer), "a request took no buffer");
    requests_.push_back(std::move(request));
  }
}

void LibcameraCamera::set_controls(const mio_control_setting *settings, size_t count) {
  const auto &known = camera_->controls().idmap();
  std::map<uint32_t, ControlValue> values;
  for (size_t i = 0; i < count; ++i) {
    const auto id = known.find(settings[i].id);
    if (id == known.end()) {
      throw FaultError("ERR_UNKNOWN_CONTROL",
                       "the camera has no control " + std::to_string(settings[i].id));
    }
    values[settings[i].id] = make_control_value(*id->second, settings[i].value);
  }
  const std::lock_guard lock(mutex_);
  for (const auto &[id, value] : values) {
    lasting_[id] = value;
    pending_[id] = value;
  }
}

void LibcameraCamera::start() {
  {
    const std::lock_guard lock(mutex_);
    ControlList initial(camera_->controls());
    for (const auto &[id, value] : lasting_) initial.set(id, value);
    pending_.clear();
    check(camera_->start(&initial), "libcamera could not start the camera");
    running_ = true;
  }
  for (const auto &request : requests_) {
    request->reuse(Request::ReuseBuffers);
    check(camera_->queueRequest(request.get()), "libcamera took no request");
  }
}

void LibcameraCamera::requeue(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (!running_) return;
  Request *request = requests_[buffer].get();
  request->reuse(Request::ReuseBuffers);
  for (const auto &[id, value] : std::exchange(pending_, {})) request->controls().set(id, value);
  // It fails only when the camera is gone or stopping, which is told in other ways.
  camera_->queueRequest(request);
}

void LibcameraCamera::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(running_, false)) return;
  }
  // Without the lock: it waits for libcamera's thread, which may be in requeue().
  camera_->stop();
}

void LibcameraCamera::on_completed(Request *request) {
  if (request->status() == Request::RequestCancelled || request->buffers().empty()) return;
  const libcamera::FrameBuffer *buffer = request->buffers().begin()->second;
  const libcamera::FrameMetadata &metadata = buffer->metadata();
  mio_picture picture{};
  picture.buffer = static_cast<uint32_t>(buffer->cookie());
  picture.ok = metadata.status == libcamera::FrameMetadata::FrameSuccess ? 1 : 0;
  picture.sequence = metadata.sequence;
  picture.timestamp =
      metadata.timestamp != 0 ? static_cast<int64_t>(metadata.timestamp) : monotonic_ns();
  const auto &planes = metadata.planes();
  for (size_t i = 0; i < std::min<size_t>(planes.size(), MIO_MAX_PLANES); ++i) {
    picture.bytes_used[i] = planes[i].bytesused;
  }
  observer_.completed(observer_.context, &picture);
}

void LibcameraCamera::on_disconnected() { observer_.disconnected(observer_.context); }

}  // namespace mio
