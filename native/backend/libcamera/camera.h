// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>
#include <libcamera/request.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/libcamera/buffers.h"

namespace mio {

/** One camera taken from libcamera: configure, buffers, requests, and back. */
class LibcameraCamera {
 public:
  /** Throws FaultError `ERR_CAMERA_BUSY`, `ERR_CAMERA_UNPLUGGED`, `ERR_CAMERA`. */
  LibcameraCamera(std::shared_ptr<libcamera::Camera> camera, const mio_observer &observer);
  ~LibcameraCamera();
  LibcameraCamera(const LibcameraCamera &) = delete;
  LibcameraCamera &operator=(const LibcameraCamera &) = delete;

  /** Throws FaultError `ERR_CAMERA_CONFIG`, `ERR_NO_BUFFERS`. */
  mio_configuration configure(const mio_wanted &wanted);
  const libcamera::ControlInfoMap &controls() const { return camera_->controls(); }
  /** Throws FaultError `ERR_UNKNOWN_CONTROL`, `ERR_INVALID_OPTION`; then nothing has changed. */
  void set_controls(const mio_control_setting *settings, size_t count);
  /** Throws FaultError `ERR_CAMERA`. */
  void start();
  void requeue(uint32_t buffer);
  void stop();

 private:
  void on_completed(libcamera::Request *request);
  void on_disconnected();
  double plan_frame_rate(const mio_wanted &wanted);
  void make_requests();

  const std::shared_ptr<libcamera::Camera> camera_;
  const mio_observer observer_;
  std::unique_ptr<libcamera::CameraConfiguration> configuration_;
  std::string format_name_;
  std::unique_ptr<CaptureBuffers> buffers_;
  std::vector<std::unique_ptr<libcamera::Request>> requests_;
  /** Set with every start. */
  std::map<uint32_t, libcamera::ControlValue> lasting_;

  /** Guards what `requeue` and `set_controls` touch from other threads. */
  std::mutex mutex_;
  bool running_ = false;
  /** Go out with the next request. */
  std::map<uint32_t, libcamera::ControlValue> pending_;
};

}  // namespace mio
