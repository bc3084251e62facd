// SPDX-License-Identifier: MIT
#include "backend/synthetic/synthetic.h"

#include <memory>
#include <string>

#include "backend/guarded.h"
#include "backend/synthetic/synthetic_camera.h"
#include "core/fault.h"

namespace mio {

namespace {

constexpr uint32_t kBrightness = 1;

SyntheticCamera *self(mio_camera *camera) { return reinterpret_cast<SyntheticCamera *>(camera); }

const char *version() { return "1"; }

int start(const mio_host * /*host*/, mio_error * /*error*/) { return 0; }
void stop() {}

void list(void (*each)(void *context, const mio_camera_info *info), void *context) {
  const mio_camera_info info{"synthetic", "Synthetic camera"};
  each(context, &info);
}

void offers(const char * /*id*/, void (*each)(void *context, const mio_offer *offer),
            void *context) {
  const mio_offer any{"YUV420",
                      0,
                      SyntheticCamera::kMinSize,
                      SyntheticCamera::kMinSize,
                      SyntheticCamera::kMaxSize,
                      SyntheticCamera::kMaxSize};
  each(context, &any);
}

int open(const char *id, const mio_observer *observer, mio_camera **camera, mio_error *error) {
  return guarded(error, [&] {
    if (std::string(id) != "synthetic")
      throw FaultError("ERR_NO_CAMERA", "there is only \"synthetic\"");
    *camera =
        reinterpret_cast<mio_camera *>(std::make_unique<SyntheticCamera>(*observer).release());
  });
}

int configure(mio_camera *camera, const mio_wanted *wanted, mio_configuration *configuration,
              mio_error *error) {
  return guarded(error, [&] { *configuration = self(camera)->configure(*wanted); });
}

void controls(mio_camera * /*camera*/, void (*each)(void *context, const mio_control *control),
              void *context) {
  const double minimum = -1;
  const double maximum = 1;
  const double initial = 0;
  const mio_control brightness{kBrightness,
                               "Brightness",
                               "synthetic",
                               MIO_VALUE_FLOAT,
                               0,
                               0,
                               {MIO_VALUE_FLOAT, 0, 1, &minimum, nullptr},
                               {MIO_VALUE_FLOAT, 0, 1, &maximum, nullptr},
                               {MIO_VALUE_FLOAT, 0, 1, &initial, nullptr},
                               0,
                               nullptr};
  each(context, &brightness);
}

int set_controls(mio_camera *camera, const mio_control_setting *settings, size_t count,
                 mio_error * /*error*/) {
  for (size_t i = 0; i < count; ++i) {
    if (settings[i].id == kBrightness) self(camera)->set_brightness(settings[i].value.numbers[0]);
  }
  return 0;
}

void metadata(mio_camera *camera,
              void (*each)(void *context, const char *name, const mio_value *value),
              void *context) {
  const double brightness = self(camera)->brightness();
  const mio_value value{MIO_VALUE_FLOAT, 0, 1, &brightness, nullptr};
  each(context, "Brightness", &value);
  // Microseconds, as libcamera has it.
  const double duration = 1e6 / self(camera)->frame_rate();
  const mio_value told{MIO_VALUE_INTEGER, 0, 1, &duration, nullptr};
  each(context, "FrameDuration", &told);
}

int set_frame_rate(mio_camera *camera, double wanted_fps, double /*min_fps*/, double *fps,
                   mio_error * /*error*/) {
  *fps = self(camera)->set_frame_rate(wanted_fps);
  return 0;
}

int start_capture(mio_camera *camera, mio_error *error) {
  return guarded(error, [&] { self(camera)->start(); });
}

void requeue(mio_camera *camera, uint32_t buffer) { self(camera)->requeue(buffer); }
void capture_still(mio_camera *camera) { self(camera)->capture_still(); }
void capture_raw(mio_camera *camera, int32_t wanted) { self(camera)->capture_raw(wanted != 0); }
void requeue_raw(mio_camera *camera, uint32_t buffer) { self(camera)->requeue_raw(buffer); }
void stop_capture(mio_camera *camera) { self(camera)->stop(); }
void close(mio_camera *camera) { const std::unique_ptr<SyntheticCamera> owner(self(camera)); }

}  // namespace

const mio_backend *synthetic_backend() {
  static constexpr mio_backend table{MIO_BACKEND_ABI,
                                     "synthetic",
                                     "1",
                                     version,
                                     start,
                                     stop,
                                     list,
                                     offers,
                                     open,
                                     configure,
                                     controls,
                                     set_controls,
                                     metadata,
                                     set_frame_rate,
                                     start_capture,
                                     requeue,
                                     capture_still,
                                     capture_raw,
                                     requeue_raw,
                                     stop_capture,
                                     close};
  return &table;
}

}  // namespace mio
