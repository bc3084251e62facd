// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "backend/backend.h"
#include "backend/registry.h"
#include "core/fault.h"

namespace mio {

/** A camera taken from a backend: the C table with exceptions, closed by the destructor. */
class OpenedCamera {
 public:
  /** Throws FaultError, whatever the backend says. */
  OpenedCamera(std::shared_ptr<Backend> backend, const std::string &id,
               const mio_observer &observer)
      : backend_(std::move(backend)), table_(backend_->table()) {
    mio_error error{};
    check(table_.open(id.c_str(), &observer, &camera_, &error), error);
  }
  ~OpenedCamera() { table_.close(camera_); }
  OpenedCamera(const OpenedCamera &) = delete;
  OpenedCamera &operator=(const OpenedCamera &) = delete;

  mio_configuration configure(const mio_wanted &wanted) {
    mio_error error{};
    mio_configuration configuration{};
    check(table_.configure(camera_, &wanted, &configuration, &error), error);
    return configuration;
  }
  void controls(void (*each)(void *context, const mio_control *control), void *context) const {
    table_.controls(camera_, each, context);
  }
  void set_controls(const mio_control_setting *settings, size_t count) {
    mio_error error{};
    check(table_.set_controls(camera_, settings, count, &error), error);
  }
  void metadata(void (*each)(void *context, const char *name, const mio_value *value),
                void *context) const {
    table_.metadata(camera_, each, context);
  }
  /** Returns the rate that was set; 0: the camera runs at its own. */
  double set_frame_rate(double wanted_fps, double min_fps) {
    mio_error error{};
    double fps = 0;
    check(table_.set_frame_rate(camera_, wanted_fps, min_fps, &fps, &error), error);
    return fps;
  }
  void start() {
    mio_error error{};
    check(table_.start_capture(camera_, &error), error);
  }
  void requeue(uint32_t buffer) { table_.requeue(camera_, buffer); }
  void capture_still() { table_.capture_still(camera_); }
  void capture_raw(bool wanted) { table_.capture_raw(camera_, wanted ? 1 : 0); }
  void requeue_raw(uint32_t buffer) { table_.requeue_raw(camera_, buffer); }
  void stop() { table_.stop_capture(camera_); }

 private:
  static void check(int result, const mio_error &error) {
    if (result != 0) throw FaultError(error.code, error.message);
  }

  const std::shared_ptr<Backend> backend_;
  const mio_backend &table_;
  mio_camera *camera_ = nullptr;
};

}  // namespace mio
