// SPDX-License-Identifier: MIT
#include "backend/synthetic/synthetic_camera.h"

#include <pthread.h>
#include <sys/mman.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "core/clock.h"
#include "core/fault.h"

namespace mio {

namespace {

constexpr uint32_t kMinSize = 64;
constexpr uint32_t kMaxSize = 8192;
constexpr uint32_t kDefaultBuffers = 4;
constexpr uint32_t kMaxBuffers = 32;
constexpr uint32_t kStrideAlignment = 64;  // as the Pi's ISPs align lines

}  // namespace

mio_configuration SyntheticCamera::configure(const mio_wanted &wanted) {
  const uint32_t width = (wanted.width != 0 ? wanted.width : 1280) & ~1U;
  const uint32_t height = (wanted.height != 0 ? wanted.height : 720) & ~1U;
  if (width < kMinSize || height < kMinSize || width > kMaxSize || height > kMaxSize) {
    throw FaultError("ERR_CAMERA_CONFIG", "the synthetic camera has sizes from 64x64 to 8192x8192");
  }
  const uint32_t stride = (width + kStrideAlignment - 1) / kStrideAlignment * kStrideAlignment;
  fps_ = wanted.fps > 0 ? wanted.fps : 30;
  look_ = {static_cast<int>(width),
           static_cast<int>(height),
           static_cast<int>(stride),
           (wanted.rotate_180 != 0) != (wanted.hflip != 0),
           (wanted.rotate_180 != 0) != (wanted.vflip != 0),
           brightness_};
  scene_ = std::make_unique<Scene>(look_);
  ++generation_;

  const size_t bytes = Canvas::bytes(look_.stride, look_.height);
  buffers_.clear();
  described_.clear();
  const uint32_t count =
      std::min(wanted.buffer_count != 0 ? wanted.buffer_count : kDefaultBuffers, kMaxBuffers);
  for (uint32_t i = 0; i < count; ++i) {
    UniqueFd fd(memfd_create("mio-synthetic", MFD_CLOEXEC));
    if (!fd.valid() || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
      throw FaultError("ERR_NO_BUFFERS", "no memory for a picture: " + errno_text(errno));
    }
    Mapping memory = Mapping::shared(fd.get(), bytes, true);
    const Canvas layout{memory.data(), look_.width, look_.height, look_.stride};
    const uint32_t luma = stride * height;
    const auto u = static_cast<uint32_t>(layout.u() - layout.y());
    const auto v = static_cast<uint32_t>(layout.v() - layout.y());
    described_.push_back({3,
                          {{fd.get(), 0, luma, stride},
                           {fd.get(), u, luma / 4, stride / 2},
                           {fd.get(), v, luma / 4, stride / 2}}});
    buffers_.push_back({std::move(fd), std::move(memory), {}, 0});
  }
  return {width,
          height,
          fps_,
          MIO_FORMAT_YUV420,
          "YUV420",
          1,
          "memfd",
          static_cast<uint32_t>(described_.size()),
          described_.data(),
          0,
          0};
}

void SyntheticCamera::start() {
  const std::lock_guard lock(mutex_);
  queued_.clear();
  for (uint32_t i = 0; i < buffers_.size(); ++i) queued_.push_back(i);
  running_ = true;
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "mio-synthetic");
}

void SyntheticCamera::requeue(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (running_) queued_.push_back(buffer);
}

void SyntheticCamera::stop() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void SyntheticCamera::run() {
  using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC
  const Clock::time_point first = Clock::now();
  for (uint64_t sequence = 0;; ++sequence) {
    // From the start, not from the last tick: the error of one tick never adds up.
    const auto due = first + std::chrono::nanoseconds(
                                 static_cast<int64_t>(static_cast<double>(sequence) * 1e9 / fps_));
    uint32_t index = 0;
    {
      std::unique_lock lock(mutex_);
      if (stopped_.wait_until(lock, due, [this] { return !running_; })) return;
      if (queued_.empty()) continue;  // a sensor does not wait either
      index = queued_.front();
      queued_.pop_front();
    }
    const int64_t timestamp = due.time_since_epoch().count();
    paint(index, sequence, timestamp);
    const mio_buffer &buffer = described_[index];
    const mio_picture picture{
        index,
        1,
        sequence,
        timestamp,
        {buffer.planes[0].length, buffer.planes[1].length, buffer.planes[2].length}};
    observer_.completed(observer_.context, &picture);
  }
}

void SyntheticCamera::paint(uint32_t index, uint64_t sequence, int64_t timestamp) {
  if (const double brightness = brightness_; brightness != look_.brightness) {
    look_.brightness = brightness;
    scene_ = std::make_unique<Scene>(look_);
    ++generation_;
  }
  Buffer &buffer = buffers_[index];
  if (buffer.generation != generation_) {
    scene_->paint_all(buffer.memory.data(), buffer.dirty);
    buffer.generation = generation_;
  }
  scene_->paint(buffer.memory.data(), buffer.dirty, sequence, wall_ns(timestamp));
}

}  // namespace mio
