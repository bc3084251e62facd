// SPDX-License-Identifier: MIT
#include "backend/registry.h"

#include <utility>

#include "backend/loader.h"
#include "backend/synthetic/synthetic.h"
#include "core/fault.h"
#include "core/log.h"

namespace mio {

namespace {

void log_line(void *, mio_log_level level, const char *category, const char *message) {
  LogSink::instance().write(static_cast<LogLevel>(level), category, message);
}

const mio_backend *table_of(const std::string &name) {
  return name == "synthetic" ? synthetic_backend() : load_libcamera_backend();
}

}  // namespace

std::shared_ptr<Backend> Backend::acquire(const std::string &name) {
  struct Started {
    std::unique_ptr<Backend> backend;
    int users = 0;
  };
  // Held while starting and stopping too: the next user must not start what the last one is
  // stopping. Never destroyed: at exit, threads may still hold a backend.
  static auto *const mutex = new std::mutex;
  static auto *const all = new std::map<std::string, Started>;

  const std::lock_guard lock(*mutex);
  Started &started = (*all)[name];
  if (started.users == 0) started.backend.reset(new Backend(table_of(name)));
  ++started.users;
  return {started.backend.get(), [name](Backend *) {
            const std::lock_guard stopping(*mutex);
            Started &mine = (*all)[name];
            if (--mine.users == 0) mine.backend.reset();
          }};
}

Backend::Backend(const mio_backend *table) : table_(table) {
  host_.context = this;
  host_.log = log_line;
  host_.cameras_changed = [](void *context) {
    auto *self = static_cast<Backend *>(context);
    const std::lock_guard lock(self->mutex_);
    for (const auto &[key, listener] : self->watchers_) listener();
  };
  mio_error error{};
  if (table_->start(&host_, &error) != 0) throw FaultError(error.code, error.message);
}

Backend::~Backend() { table_->stop(); }

std::vector<CameraInfo> Backend::list() const {
  std::vector<CameraInfo> cameras;
  table_->list(
      [](void *context, const mio_camera_info *info) {
        static_cast<std::vector<CameraInfo> *>(context)->push_back({info->id, info->model, {}});
      },
      &cameras);
  for (CameraInfo &camera : cameras) {
    table_->offers(
        camera.id.c_str(),
        [](void *context, const mio_offer *offer) {
          static_cast<std::vector<Offer> *>(context)->push_back(
              {offer->format, offer->bit_depth, offer->width, offer->height, offer->max_width,
               offer->max_height});
        },
        &camera.offers);
  }
  return cameras;
}

void Backend::watch(const void *key, std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  watchers_[key] = std::move(listener);
}

void Backend::unwatch(const void *key) {
  const std::lock_guard lock(mutex_);
  watchers_.erase(key);
}

}  // namespace mio
