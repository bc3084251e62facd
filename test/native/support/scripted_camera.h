// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "backend/backend.h"
#include "pipeline/pipeline.h"
#include "support/picture_buffers.h"

namespace mio::test {

/**
 * A camera of which the test decides what it answers, what it gives, and when it is gone. The
 * loader finds it as it finds a libcamera's backend: `libcamera-0.0.so` lies beside the tests'
 * program and asks the one ScriptedCamera that lives. Its pictures are 64x48, YUV420.
 */
class ScriptedCamera {
 public:
  ScriptedCamera();
  ~ScriptedCamera();
  ScriptedCamera(const ScriptedCamera &) = delete;
  ScriptedCamera &operator=(const ScriptedCamera &) = delete;

  /** Called in the backend's functions of that name; what they throw is the function's error. Set
   * before the camera is opened, or from within one of them. */
  std::function<void(const mio_wanted &wanted)> on_configure_ = [](const mio_wanted &) {};
  std::function<void()> on_start_ = [] {};
  std::function<void()> on_stop_ = [] {};
  /** How a picture is told, before it is. */
  std::function<void(mio_picture &picture)> on_picture_ = [](mio_picture &) {};
  /** From one picture to the next. */
  std::atomic<std::chrono::milliseconds> interval_{std::chrono::milliseconds(2)};
  /** What the camera tells as its `FrameDurationLimits`, both of them; 0: nothing. */
  std::atomic<std::chrono::microseconds> longest_frame_{};

  /** Tells that it was unplugged, from the calling thread. No picture comes any more. */
  void unplug();

 private:
  friend const mio_backend *scripted_backend();
  void configure(const mio_wanted &wanted, mio_configuration &configuration);
  void start();
  void stop();
  void requeue(uint32_t buffer);
  void run();

  mio_observer observer_{};
  PictureBuffers buffers_{MIO_FORMAT_YUV420, 64, 48, 4};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<uint32_t> queued_;
  bool running_ = false;
  bool unplugged_ = false;
  std::thread thread_;
};

/** How it is opened. */
PipelineOptions scripted_options();

}  // namespace mio::test
