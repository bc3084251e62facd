// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera_manager.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/libcamera/log_stream.h"

namespace mio {

/** The process's one CameraManager (a second one aborts the process), its log and its hot-plug
 * signals. */
class Manager {
 public:
  /** Throws FaultError `ERR_CAMERA`. */
  explicit Manager(const mio_host &host);
  ~Manager();
  Manager(const Manager &) = delete;
  Manager &operator=(const Manager &) = delete;

  libcamera::CameraManager &cameras() { return *manager_; }

  /**
   * The camera with this id.
   * @throws FaultError `ERR_NO_CAMERA`; `ERR_PERMISSION` when devices are there that cannot be
   * opened
   */
  std::shared_ptr<libcamera::Camera> find(const std::string &id);

  /** What is known of a camera's sensor, from one opening to the next: finding out takes a while.
   */
  std::optional<std::vector<mio_sensor_mode>> &sensor_modes(const std::string &id);

 private:
  void on_change(std::shared_ptr<libcamera::Camera> camera);

  const mio_host host_;
  std::mutex mutex_;
  std::map<std::string, std::optional<std::vector<mio_sensor_mode>>> sensor_modes_;
  LogStream log_;
  // Last: libcamera writes to the log and emits signals until it is gone.
  std::unique_ptr<libcamera::CameraManager> manager_;
};

}  // namespace mio
