// SPDX-License-Identifier: MIT
#include "support/scripted_camera.h"

#include <array>
#include <string>

#include "backend/guarded.h"
#include "core/clock.h"
#include "core/fault.h"

namespace mio::test {

namespace {

ScriptedCamera *the_one = nullptr;

ScriptedCamera &self() {
  if (the_one == nullptr) throw FaultError("ERR_NO_CAMERA", "the test has none");
  return *the_one;
}

}  // namespace

ScriptedCamera::ScriptedCamera() { the_one = this; }

ScriptedCamera::~ScriptedCamera() {
  stop();
  the_one = nullptr;
}

void ScriptedCamera::unplug() {
  {
    const std::lock_guard lock(mutex_);
    unplugged_ = true;
  }
  observer_.disconnected(observer_.context);
}

void ScriptedCamera::configure(const mio_wanted &wanted, mio_configuration &configuration) {
  on_configure_(wanted);
  {
    const std::lock_guard lock(mutex_);
    if (unplugged_) throw FaultError("ERR_CAMERA_UNPLUGGED", "no such device");
  }
  const auto &described = buffers_.described();
  configuration.width = 64;
  configuration.height = 48;
  configuration.format = MIO_FORMAT_YUV420;
  configuration.format_name = "YUV420";
  configuration.full_range = 1;
  configuration.memory = "memfd";
  configuration.buffer_count = static_cast<uint32_t>(described.size());
  configuration.buffers = described.data();
}

void ScriptedCamera::start() {
  on_start_();
  const std::lock_guard lock(mutex_);
  queued_.clear();
  for (uint32_t i = 0; i < buffers_.described().size(); ++i) queued_.push_back(i);
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void ScriptedCamera::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ScriptedCamera::requeue(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (running_) queued_.push_back(buffer);
}

void ScriptedCamera::run() {
  for (uint64_t sequence = 0;; ++sequence) {
    mio_picture picture{};
    {
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, interval_.load(), [this] { return !running_; })) return;
      if (unplugged_ || queued_.empty()) continue;
      picture = buffers_.picture(queued_.front(), sequence);
      queued_.pop_front();
    }
    picture.timestamp = monotonic_ns();
    picture.exposure = MIO_EXPOSURE_SETTLED;
    on_picture_(picture);
    observer_.completed(observer_.context, &picture);
  }
}

PipelineOptions scripted_options() {
  PipelineOptions options;
  options.backend = "libcamera";
  options.id = "scripted";
  options.encoder = "turbojpeg";
  options.frame_timeout = std::chrono::seconds{30};
  return options;
}

const mio_backend *scripted_backend() {
  static const mio_backend kTable = [] {
    mio_backend table{};
    table.abi = MIO_BACKEND_ABI;
    table.name = "libcamera";
    table.built_for = "0";
    table.version = [] { return "0"; };
    table.start = [](const mio_host *, mio_error *) { return 0; };
    table.stop = [] {};
    table.list = [](auto, void *) {};
    table.offers = [](const char *, auto, void *) {};
    table.open = [](const char *, const mio_observer *observer, mio_camera **camera,
                    mio_error *error) {
      return guarded(error, [&] {
        self().observer_ = *observer;
        *camera = reinterpret_cast<mio_camera *>(&self());
      });
    };
    table.configure = [](mio_camera *, const mio_wanted *wanted, mio_configuration *configuration,
                         mio_error *error) {
      return guarded(error, [&] { self().configure(*wanted, *configuration); });
    };
    table.controls = [](mio_camera *, auto, void *) {};
    table.set_controls = [](mio_camera *, const mio_control_setting *, size_t, mio_error *) {
      return 0;
    };
    table.metadata = [](mio_camera *, auto each, void *context) {
      const auto longest = static_cast<double>(self().longest_frame_.load().count());
      const std::array<double, 2> numbers{longest, longest};
      const mio_value value{MIO_VALUE_INTEGER, 1, numbers.size(), numbers.data(), nullptr};
      if (longest > 0) each(context, "FrameDurationLimits", &value);
    };
    table.set_frame_rate = [](mio_camera *, double wanted, double, double *fps, mio_error *) {
      *fps = wanted;
      return 0;
    };
    table.start_capture = [](mio_camera *, mio_error *error) {
      return guarded(error, [] { self().start(); });
    };
    table.requeue = [](mio_camera *, uint32_t buffer) { self().requeue(buffer); };
    table.capture_still = [](mio_camera *) {};
    table.capture_raw = [](mio_camera *, int32_t) {};
    table.requeue_raw = [](mio_camera *, uint32_t) {};
    table.stop_capture = [](mio_camera *) {
      self().on_stop_();
      self().stop();
    };
    table.close = [](mio_camera *) {};
    return table;
  }();
  return &kTable;
}

}  // namespace mio::test

extern "C" __attribute__((visibility("default"))) const mio_backend *mio_scripted_backend() {
  return mio::test::scripted_backend();
}
