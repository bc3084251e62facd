// SPDX-License-Identifier: MIT
#include "backend/backend.h"

#include <libcamera/property_ids.h>
#include <libcamera/version.h>

#include <memory>
#include <string>

#include "backend/guarded.h"
#include "backend/libcamera/camera.h"
#include "backend/libcamera/controls.h"
#include "backend/libcamera/manager.h"
#include "backend/libcamera/offers.h"
#include "core/fault.h"

namespace mio {

namespace {

std::unique_ptr<Manager> &manager() {
  // Never destroyed: at exit libcamera's own statics may be gone before it.
  static auto *const held = new std::unique_ptr<Manager>;
  return *held;
}

LibcameraCamera *self(mio_camera *camera) { return reinterpret_cast<LibcameraCamera *>(camera); }

const char *version() {
  static const std::string text = libcamera::CameraManager::version();
  return text.c_str();
}

int start(const mio_host *host, mio_error *error) {
  return guarded(error, [&] { manager() = std::make_unique<Manager>(*host); });
}

void stop() { manager().reset(); }

void list(void (*each)(void *context, const mio_camera_info *info), void *context) {
  for (const auto &camera : manager()->cameras().cameras()) {
    // By its id: in libcamera 0.4, a list of properties may have no map from ids to names.
    const libcamera::ControlList &properties = camera->properties();
    const unsigned int id = libcamera::properties::Model.id();
    const std::string model = properties.contains(id) ? properties.get(id).toString() : "";
    const mio_camera_info info{camera->id().c_str(), model.c_str()};
    each(context, &info);
  }
}

void offers(const char *id, void (*each)(void *context, const mio_offer *offer), void *context) {
  if (const auto camera = manager()->cameras().get(id)) describe_offers(*camera, each, context);
}

int open(const char *id, const mio_observer *observer, mio_camera **camera, mio_error *error) {
  return guarded(error, [&] {
    auto opened = std::make_unique<LibcameraCamera>(manager()->find(id),
                                                    manager()->sensor_modes(id), *observer);
    *camera = reinterpret_cast<mio_camera *>(opened.release());
  });
}

int configure(mio_camera *camera, const mio_wanted *wanted, mio_configuration *configuration,
              mio_error *error) {
  return guarded(error, [&] { *configuration = self(camera)->configure(*wanted); });
}

void controls(mio_camera *camera, void (*each)(void *context, const mio_control *control),
              void *context) {
  describe_controls(self(camera)->controls(), each, context);
}

int set_controls(mio_camera *camera, const mio_control_setting *settings, size_t count,
                 mio_error *error) {
  return guarded(error, [&] { self(camera)->set_controls(settings, count); });
}

void metadata(mio_camera *camera,
              void (*each)(void *context, const char *name, const mio_value *value),
              void *context) {
  self(camera)->metadata(each, context);
}

int set_frame_rate(mio_camera *camera, double wanted_fps, double min_fps, double *fps,
                   mio_error *error) {
  return guarded(error, [&] { *fps = self(camera)->set_frame_rate(wanted_fps, min_fps); });
}

int start_capture(mio_camera *camera, mio_error *error) {
  return guarded(error, [&] { self(camera)->start(); });
}

void requeue(mio_camera *camera, uint32_t buffer) { self(camera)->requeue(buffer); }
void capture_still(mio_camera *camera) { self(camera)->capture_still(); }
void capture_raw(mio_camera *camera, int32_t wanted) { self(camera)->capture_raw(wanted != 0); }
void requeue_raw(mio_camera *camera, uint32_t buffer) { self(camera)->requeue_raw(buffer); }
void stop_capture(mio_camera *camera) { self(camera)->stop(); }
void close(mio_camera *camera) { const std::unique_ptr<LibcameraCamera> owner(self(camera)); }

}  // namespace

}  // namespace mio

#define MIO_TEXT_(x) #x
#define MIO_TEXT(x) MIO_TEXT_(x)
#define MIO_LIBCAMERA_VERSION       \
  MIO_TEXT(LIBCAMERA_VERSION_MAJOR) \
  "." MIO_TEXT(LIBCAMERA_VERSION_MINOR) "." MIO_TEXT(LIBCAMERA_VERSION_PATCH)

extern "C" __attribute__((visibility("default"))) const mio_backend *mio_backend_entry() {
  static constexpr mio_backend table{MIO_BACKEND_ABI,  "libcamera",         MIO_LIBCAMERA_VERSION,
                                     mio::version,     mio::start,          mio::stop,
                                     mio::list,        mio::offers,         mio::open,
                                     mio::configure,   mio::controls,       mio::set_controls,
                                     mio::metadata,    mio::set_frame_rate, mio::start_capture,
                                     mio::requeue,     mio::capture_still,  mio::capture_raw,
                                     mio::requeue_raw, mio::stop_capture,   mio::close};
  return &table;
}
