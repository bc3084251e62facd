// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
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
  /** Pixels, of width and height. */
  static constexpr uint32_t kMinSize = 64;
  static constexpr uint32_t kMaxSize = 8192;

  explicit SyntheticCamera(const mio_observer &observer) : observer_(observer) {}
  ~SyntheticCamera() { stop(); }
  SyntheticCamera(const SyntheticCamera &) = delete;
  SyntheticCamera &operator=(const SyntheticCamera &) = delete;

  /** Throws FaultError `ERR_CAMERA_CONFIG`, `ERR_NO_BUFFERS`. */
  mio_configuration configure(const mio_wanted &wanted);
  void set_brightness(double brightness) { brightness_ = brightness; }
  double brightness() const { return brightness_; }
  /** 0: the default. Returns what was set. */
  double set_frame_rate(double fps);
  double frame_rate();
  void start();
  void requeue(uint32_t buffer);
  void capture_still();
  void capture_raw(bool wanted);
  void requeue_raw(uint32_t buffer);
  void stop();

 private:
  struct Buffer {
    UniqueFd fd;
    Mapping memory;
    std::vector<Rectangle> dirty;
    int generation = 0; /**< of the scene that was painted into it */
  };
  /** Pictures of one size, and the buffers that they are painted into. */
  struct Stream {
    Scene::Look look{};
    std::unique_ptr<Scene> scene; /**< made with the first picture */
    int generation = 0;
    std::vector<Buffer> buffers;
    std::vector<mio_buffer> described;
    mio_configuration configuration{};

    void configure(const Scene::Look &wanted, uint32_t count);
    mio_picture paint(uint32_t index, uint64_t sequence, int64_t timestamp, double brightness);
  };

  void run();
  static void queue_all(const Stream &stream, std::deque<uint32_t> &queued);
  static std::chrono::nanoseconds ticks_at(uint64_t ticks, double fps);

  const mio_observer observer_;
  Stream video_;
  /** Without buffers when no stills are wanted. */
  Stream still_;
  /** Without buffers when no second stream for raw frames is wanted. */
  Stream raw_;
  std::atomic<double> brightness_{0};

  std::mutex mutex_;
  double fps_ = 30;
  bool still_wanted_ = false;
  std::condition_variable stopped_;
  std::deque<uint32_t> queued_;
  bool raw_wanted_ = false;
  std::deque<uint32_t> raw_queued_;
  bool running_ = false;
  std::thread thread_;
};

}  // namespace mio
