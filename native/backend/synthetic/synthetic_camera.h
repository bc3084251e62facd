// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "backend/backend.h"
#include "backend/synthetic/scene.h"
#include "core/mapping.h"
#include "core/unique_fd.h"

namespace mio {

/** One opened synthetic camera: a thread that paints a buffer at each tick of an exact clock. */
class SyntheticCamera {
 public:
  explicit SyntheticCamera(const mio_observer &observer) : observer_(observer) {}
  ~SyntheticCamera() { stop(); }
  SyntheticCamera(const SyntheticCamera &) = delete;
  SyntheticCamera &operator=(const SyntheticCamera &) = delete;

  /** Throws FaultError `ERR_CAMERA_CONFIG`, `ERR_NO_BUFFERS`. */
  mio_configuration configure(const mio_wanted &wanted);
  void set_brightness(double brightness) { brightness_ = brightness; }
  void start();
  void requeue(uint32_t buffer);
  void stop();

 private:
  struct Buffer {
    UniqueFd fd;
    Mapping memory;
    std::vector<Rectangle> dirty;
    int generation = 0; /**< of the scene that was painted into it */
  };

  void run();
  void paint(uint32_t index, uint64_t sequence, int64_t timestamp);

  const mio_observer observer_;
  Scene::Look look_{};
  double fps_ = 30;
  std::vector<Buffer> buffers_;
  std::vector<mio_buffer> described_;

  std::atomic<double> brightness_{0};
  std::unique_ptr<Scene> scene_;
  int generation_ = 0;

  std::mutex mutex_;
  std::condition_variable stopped_;
  std::deque<uint32_t> queued_;
  bool running_ = false;
  std::thread thread_;
};

}  // namespace mio
