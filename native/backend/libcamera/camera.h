// SPDX-License-Identifier: MIT
#pragma once

#include <libcamera/camera.h>
#include <libcamera/request.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend/backend.h"
#include "backend/libcamera/buffers.h"

namespace mio {

using SensorModes = std::vector<mio_sensor_mode>;

/** One camera taken from libcamera: configure, buffers, requests, and back. */
class LibcameraCamera {
 public:
  /**
   * @param sensor_modes those of this camera, found out when there are none yet; outlives it
   * @throws FaultError `ERR_CAMERA_BUSY`, `ERR_CAMERA_UNPLUGGED`, `ERR_CAMERA`
   */
  LibcameraCamera(std::shared_ptr<libcamera::Camera> camera,
                  std::optional<SensorModes> &sensor_modes, const mio_observer &observer);
  ~LibcameraCamera();
  LibcameraCamera(const LibcameraCamera &) = delete;
  LibcameraCamera &operator=(const LibcameraCamera &) = delete;

  /** Throws FaultError `ERR_CAMERA_CONFIG`, `ERR_NO_BUFFERS`. */
  mio_configuration configure(const mio_wanted &wanted);
  const libcamera::ControlInfoMap &controls() const { return camera_->controls(); }
  /** Throws FaultError `ERR_UNKNOWN_CONTROL`, `ERR_INVALID_OPTION`; then nothing has changed. */
  void set_controls(const mio_control_setting *settings, size_t count);
  void metadata(void (*each)(void *context, const char *name, const mio_value *value),
                void *context);
  /** Returns the rate that was set; 0: the camera runs at its own. */
  double set_frame_rate(double fps, double min_fps) { return plan_frame_rate(fps, min_fps); }
  /** Throws FaultError `ERR_CAMERA`. */
  void start();
  void requeue(uint32_t buffer);
  void capture_still();
  void capture_raw(bool wanted);
  void requeue_raw(uint32_t buffer);
  void stop();

 private:
  void on_completed(libcamera::Request *request);
  void on_disconnected();
  bool take_back_controls(libcamera::Request &request);
  void set_alone(uint32_t id, const libcamera::ControlValue &value);
  const mio_sensor_mode *choose_sensor(const mio_wanted &wanted);
  std::unique_ptr<libcamera::CameraConfiguration> plan_second(const mio_wanted &wanted,
                                                              const mio_sensor_mode *sensor);
  bool configure_two(std::unique_ptr<libcamera::CameraConfiguration> both,
                     const mio_wanted &wanted);
  double plan_frame_rate(double fps, double min_fps);
  void make_requests();
  libcamera::Request *second_request(uint32_t buffer, uint32_t second);

  const std::shared_ptr<libcamera::Camera> camera_;
  std::optional<SensorModes> &sensor_modes_;
  /** Those of a size that was asked for. */
  SensorModes named_modes_;
  const mio_observer observer_;
  std::unique_ptr<libcamera::CameraConfiguration> configuration_;
  std::string format_name_;
  std::unique_ptr<CaptureBuffers> buffers_;
  /** Null: there is no second stream. */
  std::unique_ptr<CaptureBuffers> second_buffers_;
  /** What the second stream is for: raw frames, or else stills. */
  bool second_is_raw_ = false;
  std::string second_format_name_;
  mio_configuration second_described_{};
  std::vector<std::unique_ptr<libcamera::Request>> requests_;
  /** Those that fill the second stream too, made when they are first needed, by buffer. */
  std::map<uint32_t, std::unique_ptr<libcamera::Request>> second_requests_;

  /** Guards what `requeue` and `set_controls` touch from other threads. */
  std::mutex mutex_;
  bool running_ = false;
  /** Goes out with the next request. */
  bool still_wanted_ = false;
  /** Go out with each request. */
  bool raw_wanted_ = false;
  /** Of the second stream's buffers, those that nobody reads or fills. */
  std::vector<bool> raw_free_;
  /** Set with every start. */
  std::map<uint32_t, libcamera::ControlValue> lasting_;
  /** Go out with the next request. */
  std::map<uint32_t, libcamera::ControlValue> pending_;
  /** Go out first, each with a request of its own: one that is refused spoils all beside it. */
  std::deque<std::pair<uint32_t, libcamera::ControlValue>> alone_;

  std::mutex metadata_mutex_;
  /** Of the newest picture. */
  libcamera::ControlList metadata_;
};

}  // namespace mio
