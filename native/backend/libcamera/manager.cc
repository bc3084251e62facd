// SPDX-License-Identifier: MIT
#include "backend/libcamera/manager.h"

#include <fcntl.h>
#include <libcamera/camera.h>
#include <libcamera/logging.h>

#include <cerrno>

#include "core/fault.h"
#include "core/unique_fd.h"

namespace mio {

namespace {

/**
 * The first media device that is there and must not be opened. libcamera passes over such devices,
 * so the user only sees "no camera".
 */
std::string denied_device() {
  constexpr int kMediaDevices = 128;
  for (int i = 0; i < kMediaDevices; ++i) {
    const std::string path = "/dev/media" + std::to_string(i);
    const UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!fd.valid() && (errno == EACCES || errno == EPERM)) return path;
  }
  return {};
}

}  // namespace

Manager::Manager(const mio_host &host)
    : host_(host), log_(host), manager_(std::make_unique<libcamera::CameraManager>()) {
  libcamera::logSetStream(log_.get(), false);
  manager_->cameraAdded.connect(this, &Manager::on_change);
  manager_->cameraRemoved.connect(this, &Manager::on_change);
  if (const int result = manager_->start(); result != 0) {
    libcamera::logSetTarget(libcamera::LoggingTargetNone);
    throw FaultError("ERR_CAMERA",
                     "libcamera's camera manager did not start: " + errno_text(result));
  }
}

Manager::~Manager() {
  manager_->cameraAdded.disconnect(this);
  manager_->cameraRemoved.disconnect(this);
  manager_.reset();
  libcamera::logSetTarget(libcamera::LoggingTargetNone);
}

std::shared_ptr<libcamera::Camera> Manager::find(const std::string &id) {
  if (auto camera = manager_->get(id)) return camera;
  if (const std::string device = denied_device(); !device.empty()) {
    throw FaultError("ERR_PERMISSION", "libcamera does not list it, and " + device +
                                           " must not be opened by this user");
  }
  const size_t count = manager_->cameras().size();
  throw FaultError("ERR_NO_CAMERA", count == 0 ? "libcamera lists no camera"
                                               : "libcamera lists " + std::to_string(count) +
                                                     " camera(s), but not this one");
}

std::optional<std::vector<mio_sensor_mode>> &Manager::sensor_modes(const std::string &id) {
  const std::lock_guard lock(mutex_);
  return sensor_modes_[id];
}

// The signal's own signature.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
void Manager::on_change(std::shared_ptr<libcamera::Camera> /*camera*/) {
  host_.cameras_changed(host_.context);
}

}  // namespace mio
