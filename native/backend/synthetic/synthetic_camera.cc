// SPDX-License-Identifier: MIT
#include "backend/synthetic/synthetic_camera.h"

#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include "core/clock.h"
#include "core/fault.h"

namespace mio {

namespace {

// Of the sensor that it pretends to have: a still's size.
constexpr uint32_t kFullWidth = 2592;
constexpr uint32_t kFullHeight = 1944;
constexpr uint32_t kDefaultBuffers = 4;
constexpr uint32_t kMaxBuffers = 32;
constexpr uint32_t kStrideAlignment = 64;  // as the Pi's ISPs align lines
constexpr double kDefaultFps = 30;

}  // namespace

void SyntheticCamera::Stream::configure(const Scene::Look &wanted, uint32_t count) {
  look = wanted;
  scene.reset();
  buffers.clear();
  described.clear();
  const size_t bytes = Canvas::bytes(look.stride, look.height);
  for (uint32_t i = 0; i < count; ++i) {
    UniqueFd fd(memfd_create("mio-synthetic", MFD_CLOEXEC));
    if (!fd.valid() || ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
      throw FaultError("ERR_NO_BUFFERS", "no memory for a picture: " + errno_text(errno));
    }
    Mapping memory = Mapping::shared(fd.get(), bytes, true);
    const Canvas layout{memory.data(), look.width, look.height, look.stride};
    const auto stride = static_cast<uint32_t>(look.stride);
    const uint32_t luma = stride * static_cast<uint32_t>(look.height);
    const auto u = static_cast<uint32_t>(layout.u() - layout.y());
    const auto v = static_cast<uint32_t>(layout.v() - layout.y());
    described.push_back({3,
                         {{fd.get(), 0, luma, stride},
                          {fd.get(), u, luma / 4, stride / 2},
                          {fd.get(), v, luma / 4, stride / 2}}});
    buffers.push_back({std::move(fd), std::move(memory), {}, 0});
  }
  configuration = {};
  configuration.width = static_cast<uint32_t>(look.width);
  configuration.height = static_cast<uint32_t>(look.height);
  configuration.format = MIO_FORMAT_YUV420;
  configuration.format_name = "YUV420";
  configuration.full_range = 1;
  configuration.memory = "memfd";
  configuration.buffer_count = count;
  configuration.buffers = described.data();
}

mio_picture SyntheticCamera::Stream::paint(uint32_t index, uint64_t sequence, int64_t timestamp,
                                           double brightness) {
  if (!scene || brightness != look.brightness) {
    look.brightness = brightness;
    scene = std::make_unique<Scene>(look);
    ++generation;
  }
  Buffer &buffer = buffers[index];
  if (buffer.generation != generation) {
    scene->paint_all(buffer.memory.data(), buffer.dirty);
    buffer.generation = generation;
  }
  scene->paint(buffer.memory.data(), buffer.dirty, sequence, wall_ns(timestamp));
  const mio_buffer &planes = described[index];
  // Its light never changes: there is nothing to settle.
  return {index,
          1,
          sequence,
          timestamp,
          {planes.planes[0].length, planes.planes[1].length, planes.planes[2].length},
          MIO_EXPOSURE_SETTLED};
}

mio_configuration SyntheticCamera::configure(const mio_wanted &wanted) {
  const bool full = wanted.full_size != 0;
  const uint32_t width = full ? kFullWidth : (wanted.width != 0 ? wanted.width : 1280) & ~1U;
  const uint32_t height = full ? kFullHeight : (wanted.height != 0 ? wanted.height : 720) & ~1U;
  if (width < kMinSize || height < kMinSize || width > kMaxSize || height > kMaxSize) {
    throw FaultError("ERR_CAMERA_CONFIG", "the synthetic camera has sizes from 64x64 to 8192x8192");
  }
  const auto look = [&](uint32_t w, uint32_t h) {
    const uint32_t stride = (w + kStrideAlignment - 1) / kStrideAlignment * kStrideAlignment;
    return Scene::Look{static_cast<int>(w),
                       static_cast<int>(h),
                       static_cast<int>(stride),
                       (wanted.rotate_180 != 0) != (wanted.hflip != 0),
                       (wanted.rotate_180 != 0) != (wanted.vflip != 0),
                       brightness_};
  };
  const uint32_t buffers = wanted.buffer_count != 0 ? wanted.buffer_count : kDefaultBuffers;
  video_.configure(look(width, height), std::min(buffers, kMaxBuffers));
  const bool with_raw = wanted.raw_width != 0 && !full;
  // Not larger than the picture that is also encoded, as with the ISP of a Pi.
  raw_.configure(look(std::clamp(wanted.raw_width & ~1U, kMinSize, width),
                      std::clamp(wanted.raw_height & ~1U, kMinSize, height)),
                 with_raw ? kDefaultBuffers : 0);
  const bool with_still = wanted.still != 0 && !full && !with_raw;
  still_.configure(look(kFullWidth, kFullHeight), with_still ? 1 : 0);
  mio_configuration described = video_.configuration;
  described.fps = set_frame_rate(wanted.fps);
  if (with_still) described.still = &still_.configuration;
  if (with_raw) described.raw = &raw_.configuration;
  return described;
}

double SyntheticCamera::set_frame_rate(double fps) {
  const std::lock_guard lock(mutex_);
  return fps_ = fps > 0 ? fps : kDefaultFps;
}

double SyntheticCamera::frame_rate() {
  const std::lock_guard lock(mutex_);
  return fps_;
}

void SyntheticCamera::start() {
  const std::lock_guard lock(mutex_);
  queue_all(video_, queued_);
  queue_all(raw_, raw_queued_);
  still_wanted_ = false;
  running_ = true;
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "mio-synthetic");
}

void SyntheticCamera::queue_all(const Stream &stream, std::deque<uint32_t> &queued) {
  queued.clear();
  for (uint32_t i = 0; i < stream.buffers.size(); ++i) queued.push_back(i);
}

void SyntheticCamera::requeue(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (running_) queued_.push_back(buffer);
}

void SyntheticCamera::capture_still() {
  const std::lock_guard lock(mutex_);
  still_wanted_ = !still_.buffers.empty();
}

void SyntheticCamera::capture_raw(bool wanted) {
  const std::lock_guard lock(mutex_);
  raw_wanted_ = wanted;
}

void SyntheticCamera::requeue_raw(uint32_t buffer) {
  const std::lock_guard lock(mutex_);
  if (running_) raw_queued_.push_back(buffer);
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
  Clock::time_point first = Clock::now();
  uint64_t ticks = 0;
  double fps = 0;
  for (uint64_t sequence = 0;; ++sequence, ++ticks) {
    std::optional<uint32_t> index;
    std::optional<uint32_t> raw;
    bool still = false;
    Clock::time_point due;
    {
      std::unique_lock lock(mutex_);
      if (fps != fps_) {
        if (ticks > 0) first += ticks_at(ticks - 1, fps);
        ticks = ticks > 0 ? 1 : 0;
        fps = fps_;
      }
      // From the start, not from the last tick: the error of one tick never adds up.
      due = first + ticks_at(ticks, fps);
      if (stopped_.wait_until(lock, due, [this] { return !running_; })) return;
      still = std::exchange(still_wanted_, false);
      if (!queued_.empty()) {
        index = queued_.front();
        queued_.pop_front();
      }
      if (raw_wanted_ && !raw_queued_.empty()) {
        raw = raw_queued_.front();
        raw_queued_.pop_front();
      }
    }
    const int64_t timestamp = due.time_since_epoch().count();
    if (still) {
      const mio_picture picture = still_.paint(0, sequence, timestamp, brightness_);
      observer_.still(observer_.context, &picture);
    }
    if (raw) {
      const mio_picture picture = raw_.paint(*raw, sequence, timestamp, brightness_);
      observer_.raw(observer_.context, &picture);
    }
    if (!index) continue;  // a sensor does not wait either
    const mio_picture picture = video_.paint(*index, sequence, timestamp, brightness_);
    observer_.completed(observer_.context, &picture);
  }
}

std::chrono::nanoseconds SyntheticCamera::ticks_at(uint64_t ticks, double fps) {
  return std::chrono::nanoseconds(static_cast<int64_t>(static_cast<double>(ticks) * 1e9 / fps));
}

}  // namespace mio
