// SPDX-License-Identifier: MIT
#include "backend/libcamera/camera.h"

#include <libcamera/stream.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <utility>

#include "backend/choose_sensor_mode.h"
#include "backend/libcamera/controls.h"
#include "backend/libcamera/describe.h"
#include "backend/libcamera/exposure.h"
#include "backend/libcamera/sensor_modes.h"
#include "backend/libcamera/stream_plan.h"
#include "core/fault.h"

namespace mio {

namespace {

using libcamera::ControlList;
using libcamera::ControlValue;
using libcamera::FrameBuffer;
using libcamera::Request;
using libcamera::StreamConfiguration;

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
                                 std::optional<SensorModes> &sensor_modes,
                                 const mio_observer &observer)
    : camera_(std::move(camera)), sensor_modes_(sensor_modes), observer_(observer) {
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
  second_requests_.clear();
  buffers_.reset();
  second_buffers_.reset();
  // -EBUSY after an unplug between start and the first request; dropping the reference is all there
  // is.
  camera_->release();
}

mio_configuration LibcameraCamera::configure(const mio_wanted &wanted) {
  requests_.clear();
  second_requests_.clear();
  buffers_.reset();
  second_buffers_.reset();
  const mio_sensor_mode *sensor = choose_sensor(wanted);
  configuration_ = plan_stream(*camera_, wanted, sensor);
  second_is_raw_ = false;
  const bool second = configure_two(plan_second(wanted, sensor), wanted);
  if (!second) {
    check(camera_->configure(configuration_.get()), "libcamera could not configure the camera");
  }
  const double fps = plan_frame_rate(wanted.fps, wanted.min_fps);
  const StreamConfiguration &stream = configuration_->at(0);
  buffers_ = std::make_unique<CaptureBuffers>(camera_, stream);
  if (second) {
    second_buffers_ = std::make_unique<CaptureBuffers>(camera_, configuration_->at(1),
                                                       second_is_raw_ ? buffers_->all().size() : 1);
  }
  make_requests();
  format_name_ = stream.pixelFormat.toString();
  mio_configuration described = describe(stream, *buffers_, format_name_);
  described.fps = fps;
  const auto [undone_hflip, undone_vflip] = undone_mirrors(wanted, configuration_->orientation);
  described.undone_hflip = undone_hflip ? 1 : 0;
  described.undone_vflip = undone_vflip ? 1 : 0;
  if (sensor != nullptr) described.sensor = *sensor;
  if (second) {
    second_format_name_ = configuration_->at(1).pixelFormat.toString();
    second_described_ = describe(configuration_->at(1), *second_buffers_, second_format_name_);
    (second_is_raw_ ? described.raw : described.still) = &second_described_;
  }
  return described;
}

/** Null: the pipeline has no raw streams, or shall choose itself. */
const mio_sensor_mode *LibcameraCamera::choose_sensor(const mio_wanted &wanted) {
  // For a still the pipeline takes the mode with all pixels.
  if (wanted.full_size != 0) return nullptr;
  if (!sensor_modes_) sensor_modes_ = probe_sensor_modes(*camera_);
  if (wanted.sensor_width == 0) {
    return choose_sensor_mode(*sensor_modes_, wanted.width, wanted.height, wanted.fps);
  }
  named_modes_.clear();
  std::string sizes;
  for (const mio_sensor_mode &mode : *sensor_modes_) {
    if (mode.width == wanted.sensor_width && mode.height == wanted.sensor_height)
      named_modes_.push_back(mode);
    sizes += (sizes.empty() ? "" : ", ") + std::to_string(mode.width) + "x" +
             std::to_string(mode.height);
  }
  if (named_modes_.empty()) {
    throw FaultError("ERR_CAMERA_CONFIG",
                     "the camera has " + (sizes.empty() ? "no sensor modes to choose from"
                                                        : "the sensor modes " + sizes));
  }
  return choose_sensor_mode(named_modes_, wanted.width, wanted.height, wanted.fps);
}

/**
 * A second stream for raw frames, where they are wanted in a size of their own; else for stills, if
 * that costs the stream nothing: a sensor that is binned or cropped for it has no full-size
 * picture, and reading all pixels may be too slow.
 * @returns null when there is to be none
 */
std::unique_ptr<libcamera::CameraConfiguration> LibcameraCamera::plan_second(
    const mio_wanted &wanted, const mio_sensor_mode *sensor) {
  if (wanted.raw_width != 0 && wanted.full_size == 0) {
    auto both = plan_with_raw(*camera_, *configuration_, {wanted.raw_width, wanted.raw_height});
    second_is_raw_ = both != nullptr;
    if (both) return both;
  }
  if (wanted.still == 0) return nullptr;
  if (sensor != nullptr) {
    const auto larger = [&](const mio_sensor_mode &mode) { return mode.width > sensor->width; };
    if (std::any_of(sensor_modes_->begin(), sensor_modes_->end(), larger)) return nullptr;
  }
  return plan_with_still(*camera_, *configuration_);
}

/** Returns false with the camera not configured. */
bool LibcameraCamera::configure_two(std::unique_ptr<libcamera::CameraConfiguration> both,
                                    const mio_wanted &wanted) {
  if (!both || camera_->configure(both.get()) < 0) return false;
  const double fps = plan_frame_rate(wanted.fps, wanted.min_fps);
  constexpr double kNearly = 0.98;
  if (fps > 0 && fps < wanted.fps * kNearly) return false;
  configuration_ = std::move(both);
  return true;
}

/** Frame durations in microseconds, where the camera has that control. Returns the rate that was
 * set. */
double LibcameraCamera::plan_frame_rate(double fps, double min_fps) {
  const libcamera::ControlId *limits = find_control(camera_->controls(), "FrameDurationLimits");
  if (limits == nullptr) return 0;
  const std::lock_guard lock(mutex_);
  if (fps <= 0) {
    lasting_.erase(limits->id());
    return 0;
  }
  const ControlValueView shortest(camera_->controls().at(limits).min());
  const ControlValueView longest(camera_->controls().at(limits).max());
  const auto within = [&](double duration) {
    if (shortest.get().number_count > 0) duration = std::max(duration, shortest.get().numbers[0]);
    if (longest.get().number_count > 0) duration = std::min(duration, longest.get().numbers[0]);
    return duration;
  };
  const double least = within(1e6 / fps);
  const double most = within(1e6 / (min_fps > 0 ? min_fps : fps));
  const std::array<double, 2> durations{std::round(least), std::round(std::max(least, most))};
  lasting_[limits->id()] = pending_[limits->id()] = make_control_value(
      *limits, {MIO_VALUE_INTEGER, 1, durations.size(), durations.data(), nullptr});
  return 1e6 / least;
}

void LibcameraCamera::make_requests() {
  for (FrameBuffer *buffer : buffers_->all()) {
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
    alone_.clear();
    still_wanted_ = false;
    raw_free_.assign(second_is_raw_ && second_buffers_ ? second_buffers_->all().size() : 0, true);
    int started = camera_->start(&initial);
    if (started < 0 && !initial.empty()) {
      // Perhaps for a control that the device refuses.
      started = camera_->start();
      for (const auto &[id, value] : lasting_) set_alone(id, value);
    }
    check(started, "libcamera could not start the camera");
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
  Request *request = nullptr;
  if (std::exchange(still_wanted_, false)) {
    request = second_request(buffer, 0);
  } else if (raw_wanted_ && buffer < raw_free_.size() && raw_free_[buffer]) {
    // Each with a partner of its own, so that a request's buffers are always the same.
    request = second_request(buffer, buffer);
    raw_free_[buffer] = request == nullptr;
  }
  if (request == nullptr) {
    request = requests_[buffer].get();
    request->reuse(Request::ReuseBuffers);
  }
  if (!alone_.empty()) {
    request->controls().set(alone_.front().first, alone_.front().second);
    alone_.pop_front();
  } else {
    for (const auto &[id, value] : std::exchange(pending_, {})) request->controls().set(id, value);
  }
  // It fails only when the camera is gone or stopping, which is told in other ways.
  camera_->queueRequest(request);
}

/**
 * A request with the same buffer and one of the second stream beside it. Not the usual one with a
 * buffer more: libcamera's virtual camera reads a request's list of buffers until after the request
 * has completed, so the list must neither change nor go away.
 */
Request *LibcameraCamera::second_request(uint32_t buffer, uint32_t second) {
  std::unique_ptr<Request> &request = second_requests_[buffer];
  if (request) {
    request->reuse(Request::ReuseBuffers);
    return request.get();
  }
  request = camera_->createRequest(buffer);
  if (!request) return nullptr;
  request->addBuffer(configuration_->at(0).stream(), buffers_->all()[buffer]);
  request->addBuffer(configuration_->at(1).stream(), second_buffers_->all()[second]);
  return request.get();
}

void LibcameraCamera::capture_still() {
  const std::lock_guard lock(mutex_);
  still_wanted_ = second_buffers_ != nullptr && !second_is_raw_;
}

void LibcameraCamera::capture_raw(bool wanted) {
  const std::lock_guard lock(mutex_);
  raw_wanted_ = wanted;
}

void LibcameraCamera::requeue_raw(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (running_) raw_free_[buffer] = true;
}

void LibcameraCamera::metadata(void (*each)(void *context, const char *name,
                                            const mio_value *value),
                               void *context) {
  std::map<std::string, ControlValue> values;
  {
    const std::lock_guard lock(mutex_);
    const auto &known = camera_->controls().idmap();
    for (const auto &[id, value] : lasting_) {
      if (const auto control = known.find(id); control != known.end())
        values[control->second->name()] = value;
    }
  }
  {
    const std::lock_guard lock(metadata_mutex_);
    const libcamera::ControlIdMap *known = metadata_.idMap();
    for (const auto &[id, value] : metadata_) {
      if (known == nullptr) break;
      if (const auto control = known->find(id); control != known->end())
        values[control->second->name()] = value;
    }
  }
  for (const auto &[name, value] : values) {
    const ControlValueView view(value);
    const mio_value plain = view.get();
    each(context, name.c_str(), &plain);
  }
}

void LibcameraCamera::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(running_, false)) return;
  }
  // Without the lock: it waits for libcamera's thread, which may be in requeue().
  camera_->stop();
}

/**
 * libcamera cancels a request whose controls the device refuses, such as a webcam's exposure time
 * while it sets that itself. Each of them goes out once more and alone, and the one that is refused
 * again is set no more: it would spoil the next start too.
 * @returns false when it was cancelled for another reason: the camera stops or is gone. Given back
 * all the same, such a request would fail again at once, and libcamera's thread would do nothing
 * else any more.
 */
bool LibcameraCamera::take_back_controls(Request &request) {
  const std::lock_guard lock(mutex_);
  const ControlList &refused = request.controls();
  if (!running_ || refused.empty()) return false;
  for (const auto &[id, value] : refused) {
    const auto lasting = lasting_.find(id);
    if (refused.size() > 1)
      set_alone(id, value);
    else if (lasting != lasting_.end() && lasting->second == value)
      lasting_.erase(lasting);
  }
  return true;
}

/** Under the lock. Modes first: a value may only be taken in the right one. */
void LibcameraCamera::set_alone(uint32_t id, const ControlValue &value) {
  const auto known = camera_->controls().idmap().find(id);
  const bool is_mode =
      known != camera_->controls().idmap().end() &&
      (value.type() == libcamera::ControlTypeBool || !known->second->enumerators().empty());
  alone_.insert(is_mode ? alone_.begin() : alone_.end(), {id, value});
}

void LibcameraCamera::on_completed(Request *request) {
  const bool cancelled = request->status() == Request::RequestCancelled;
  if (cancelled && !take_back_controls(*request)) return;
  const FrameBuffer *buffer = request->findBuffer(configuration_->at(0).stream());
  if (buffer == nullptr) return;
  const ControlList &metadata = request->metadata();
  if (!cancelled) {
    const std::lock_guard lock(metadata_mutex_);
    metadata_ = metadata;
  }
  const mio_exposure exposure = exposure_of(metadata);
  // The second stream first: the request is queued again as soon as the other one is told.
  if (second_buffers_) {
    if (const FrameBuffer *second = request->findBuffer(configuration_->at(1).stream())) {
      const mio_picture picture = describe(*second, exposure);
      (second_is_raw_ ? observer_.raw : observer_.still)(observer_.context, &picture);
    }
  }
  const mio_picture picture = describe(*buffer, exposure);
  observer_.completed(observer_.context, &picture);
}

void LibcameraCamera::on_disconnected() { observer_.disconnected(observer_.context); }

}  // namespace mio
